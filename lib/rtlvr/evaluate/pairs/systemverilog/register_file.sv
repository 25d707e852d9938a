//# top register_file
//# inputs clk rst_n we wa:2 wd:8 ra:2 rb:2 size:1 sign:1
//# outputs qa:8 qb:8 all_zero
//# golden
module register_file #(parameter int XLEN = 8, parameter int COUNT = 4, localparam type word_t = logic [XLEN-1:0])
  (input logic clk, rst_n, we, input logic [$clog2(COUNT)-1:0] wa, input word_t wd,
   input logic [$clog2(COUNT)-1:0] ra, rb, input logic size, sign, output word_t qa, qb, output logic all_zero);
  word_t regs [1:COUNT-1];
  function automatic word_t extended(input word_t v, input logic half, keep);
    if (!half) return v;
    return keep ? word_t'(signed'(v[XLEN/2-1:0])) : word_t'(v[XLEN/2-1:0]);
  endfunction
  function automatic word_t value_of(input logic [$clog2(COUNT)-1:0] r);
    if (r == 0) return '0;
    if (we && wa == r) return wd;
    return regs[r];
  endfunction
  always_comb begin
    qa = extended(value_of(ra), size, sign);
    qb = value_of(rb);
    all_zero = 1'b1;
    foreach (regs[i]) all_zero &= regs[i] == '0;
  end
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) regs <= '{default: '0};
    else if (we && wa != 0) regs[wa] <= wd;
endmodule
//# right plain Verilog
module register_file(input clk, input rst_n, input we, input [1:0] wa, input [7:0] wd, input [1:0] ra, input [1:0] rb,
                     input size, input sign, output [7:0] qa, output [7:0] qb, output all_zero);
  reg [7:0] r1, r2, r3;
  wire [7:0] n1 = (we && wa == 1) ? wd : r1, n2 = (we && wa == 2) ? wd : r2, n3 = (we && wa == 3) ? wd : r3;
  wire [7:0] a = ra == 0 ? 8'd0 : ra == 1 ? n1 : ra == 2 ? n2 : n3;
  assign qb = rb == 0 ? 8'd0 : rb == 1 ? n1 : rb == 2 ? n2 : n3;
  assign qa = {size ? {4{sign & a[3]}} : a[7:4], a[3:0]};
  assign all_zero = ~|{r1, r2, r3};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {r1, r2, r3} <= 24'd0;
    else {r1, r2, r3} <= {n1, n2, n3};
endmodule
//# wrong no bypass @golden
-    if (we && wa == r) return wd;
+
//# wrong register zero can be bypassed @golden
-    if (r == 0) return '0;
-    if (we && wa == r) return wd;
+    if (we && wa == r) return wd;
+    if (r == 0) return '0;
//# wrong sign always kept @golden
-return keep ? word_t'(signed'(v[XLEN/2-1:0])) :
+return keep || v[XLEN-1] ? word_t'(signed'(v[XLEN/2-1:0])) :
//# wrong upper half taken @golden
-: word_t'(v[XLEN/2-1:0]);
+: word_t'(v[XLEN-1:XLEN/2]);
//# wrong last register left out @golden
-    foreach (regs[i]) all_zero
+    for (int i = 1; i < COUNT - 1; i++) all_zero
//# wrong bypass for one port only @plain Verilog
-rb == 2 ? n2 : n3;
+rb == 2 ? r2 : n3;
