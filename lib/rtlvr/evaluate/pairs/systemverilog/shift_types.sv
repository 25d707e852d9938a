//# top shift_types
//# inputs clk rst load:2 d:12
//# outputs a:4 b:8 c:12
//# golden
module delay #(parameter type T = logic, parameter int N = 2, parameter T INIT = '0)
  (input logic clk, rst, en, input T d, output T q);
  T stage [N];
  always_ff @(posedge clk)
    if (rst) foreach (stage[i]) stage[i] <= INIT;
    else if (en) begin
      stage[0] <= d;
      for (int i = 1; i < N; i++) stage[i] <= stage[i-1];
    end
  assign q = stage[N-1];
endmodule
module shift_types(input logic clk, rst, input logic [1:0] load, input logic [11:0] d,
                   output logic [3:0] a, output logic [7:0] b, output logic [11:0] c);
  typedef struct packed {logic [3:0] hi; logic [7:0] lo;} pair_t;
  localparam pair_t START = '{hi: '1, lo: '0};
  pair_t p, r;
  assign p = d;
  delay #(.T(logic [3:0])) u_a(.en(load[0]), .d(p.hi), .q(a), .*);
  delay #(.T(logic [7:0]), .N(3), .INIT(8'h81)) u_b(.en(load[1]), .d(p.lo), .q(b), .*);
  delay #(.T(pair_t), .N(1), .INIT(START)) u_c(.clk, .rst, .en(^load), .d(p), .q(r));
  assign c = {r.lo, r.hi};
endmodule
//# right plain Verilog
module shift_types(input clk, input rst, input [1:0] load, input [11:0] d, output [3:0] a, output [7:0] b, output [11:0] c);
  reg [7:0] sa;
  reg [23:0] sb;
  reg [11:0] sc;
  always @(posedge clk)
    if (rst) begin sa <= 8'd0; sb <= 24'h818181; sc <= 12'hf00; end
    else begin
      if (load[0]) sa <= {sa[3:0], d[11:8]};
      if (load[1]) sb <= {sb[15:0], d[7:0]};
      if (load == 2'd1 || load == 2'd2) sc <= d;
    end
  assign a = sa[7:4], b = sb[23:16], c = {sc[7:0], sc[11:8]};
endmodule
//# right enables as multiplexers
module shift_types(input clk, input rst, input [1:0] load, input [11:0] d, output reg [3:0] a, output reg [7:0] b,
                   output [11:0] c);
  reg [3:0] a0;
  reg [7:0] b0, b1, low;
  reg [3:0] top;
  wire c_en = load[0] ^ load[1];
  assign c = {low, top};
  always @(posedge clk) begin
    a0 <= rst ? 4'd0 : load[0] ? d[11:8] : a0;
    a <= rst ? 4'd0 : load[0] ? a0 : a;
    b0 <= rst ? 8'h81 : load[1] ? d[7:0] : b0;
    b1 <= rst ? 8'h81 : load[1] ? b0 : b1;
    b <= rst ? 8'h81 : load[1] ? b1 : b;
    top <= rst ? 4'hf : c_en ? d[11:8] : top;
    low <= rst ? 8'h00 : c_en ? d[7:0] : low;
  end
endmodule
//# wrong one stage fewer @golden
-.N(3), .INIT(8'h81)
+.N(2), .INIT(8'h81)
//# wrong default of the parameter changed @golden
-parameter int N = 2
+parameter int N = 1
//# wrong type of the wrong width @golden
-delay #(.T(logic [7:0]), .N(3)
+delay #(.T(logic [6:0]), .N(3)
//# wrong initial pattern by place @golden
-'{hi: '1, lo: '0}
+'{hi: '0, lo: '1}
//# wrong fields not swapped @golden
-assign c = {r.lo, r.hi};
+assign c = {r.hi, r.lo};
//# wrong all stages take the input @golden
-stage[i] <= stage[i-1];
+stage[i] <= i == N - 1 ? stage[i-1] : d;
-      stage[0] <= d;
+      stage[0] <= N == 3 ? stage[N-1] : d;
