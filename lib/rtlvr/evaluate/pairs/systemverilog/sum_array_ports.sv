//# top sum_array_ports
//# inputs clk rst_n d0:6 d1:6 d2:6 d3:6 keep:4
//# outputs total:8 largest:6 where:2
//# golden
module adder_tree #(parameter type T = logic [7:0], parameter int N = 4) (input T terms [N], output T sum);
  always_comb begin
    sum = '0;
    foreach (terms[i]) sum += terms[i];
  end
endmodule
module sum_array_ports(input logic clk, rst_n, input logic [5:0] d0, d1, d2, d3, input logic [3:0] keep,
                       output logic [7:0] total, output logic [5:0] largest, output logic [1:0] where);
  typedef logic [7:0] word_t;
  logic [5:0] d [4];
  word_t kept [4], s;
  assign d = '{d0, d1, d2, d3};
  always_comb for (int i = 0; i < $size(kept); i++) kept[i] = keep[i] ? word_t'(d[i]) : '0;
  adder_tree #(.T(word_t), .N(4)) tree(.terms(kept), .sum(s));
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin total <= '0; largest <= '0; where <= '0; end
    else begin
      automatic logic [5:0] best = d[0];
      automatic logic [1:0] at = 0;
      total <= s;
      for (int i = 1; i < 4; i++) if (d[i] > best) begin best = d[i]; at = 2'(i); end
      largest <= best;
      where <= at;
    end
endmodule
//# right plain Verilog
module sum_array_ports(input clk, input rst_n, input [5:0] d0, input [5:0] d1, input [5:0] d2, input [5:0] d3,
                       input [3:0] keep, output reg [7:0] total, output reg [5:0] largest, output reg [1:0] where);
  wire [7:0] a = {2'b0, d0 & {6{keep[0]}}}, b = {2'b0, d1 & {6{keep[1]}}};
  wire [7:0] c = {2'b0, d2 & {6{keep[2]}}}, d = {2'b0, d3 & {6{keep[3]}}};
  wire low = d1 > d0, high = d3 > d2;
  wire [5:0] bl = low ? d1 : d0, bh = high ? d3 : d2;
  wire upper = bh > bl;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) total <= 8'd0;
    else total <= (a + b) + (c + d);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {where, largest} <= 8'd0;
    else {where, largest} <= {upper, upper ? high : low, upper ? bh : bl};
endmodule
//# wrong equal values take the later place @golden
-if (d[i] > best)
+if (d[i] >= best)
//# wrong last word left out @golden
-for (int i = 1; i < 4; i++) if
+for (int i = 1; i < 3; i++) if
//# wrong sum six bits wide @golden
-typedef logic [7:0] word_t;
+typedef logic [5:0] word_t;
-      total <= s;
+      total <= 8'(s);
//# wrong array in the other order @golden
-'{d0, d1, d2, d3}
+'{d3, d2, d1, d0}
//# wrong place of the upper pair @plain Verilog
-upper ? high : low,
+upper ? low : high,
