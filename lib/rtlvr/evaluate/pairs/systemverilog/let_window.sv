//# top let_window
//# inputs clk rst x:8 low:8 high:8
//# outputs inside_n:4 clipped:8 sat:8
//# golden
module let_window(input logic clk, rst, input logic [7:0] x, low, high, output logic [3:0] inside_n,
                  output logic [7:0] clipped, sat);
  let between(v, a, b) = (v >= a && v <= b);
  let smaller(a, b) = ((a) < (b) ? (a) : (b));
  let larger(a, b) = ((a) > (b) ? (a) : (b));
  logic [8:0] twice;
  always_comb twice = 9'({x, 1'b0});
  always_ff @(posedge clk)
    if (rst) {inside_n, clipped, sat} <= '0;
    else begin
      inside_n <= between(x, low, high) ? inside_n + 4'd1 : '0;
      clipped <= smaller(larger(x, low), high);
      sat <= twice[8] ? '1 : twice[7:0];
    end
endmodule
//# right plain Verilog
module let_window(input clk, input rst, input [7:0] x, input [7:0] low, input [7:0] high, output reg [3:0] inside_n,
                  output reg [7:0] clipped, output reg [7:0] sat);
  wire below = x < low, above = x > high;
  wire [7:0] raised = below ? low : x;
  always @(posedge clk)
    if (rst) begin
      inside_n <= 4'd0; clipped <= 8'd0; sat <= 8'd0;
    end else begin
      if (below | above) inside_n <= 4'd0; else inside_n <= inside_n + 4'd1;
      clipped <= (raised < high) ? raised : high;
      sat <= {x[6:0], 1'b0} | {8{x[7]}};
    end
endmodule
//# right subtractions
module let_window(input clk, input rst, input [7:0] x, input [7:0] low, input [7:0] high, output reg [3:0] inside_n,
                  output reg [7:0] clipped, output reg [7:0] sat);
  reg [8:0] a, b, c;
  always @* begin
    a = {1'b0, x} - {1'b0, low};
    b = {1'b0, high} - {1'b0, x};
    c = {1'b0, high} - {1'b0, a[8] ? low : x};
  end
  always @(posedge clk) begin
    inside_n <= (inside_n + 1) & {4{~(rst | a[8] | b[8])}};
    clipped <= rst ? 8'd0 : c[8] ? high : a[8] ? low : x;
    sat <= rst ? 8'd0 : x > 8'd127 ? 8'd255 : x + x;
  end
endmodule
//# wrong upper bound left out @golden
-v <= b);
+v < b);
//# wrong limits in the other order @golden
-smaller(larger(x, low), high)
+larger(smaller(x, high), low)
//# wrong carry lost @golden
-twice = 9'({x, 1'b0});
+twice = 9'(8'({x, 1'b0}));
//# wrong count kept outside @golden
-inside_n + 4'd1 : '0;
+inside_n + 4'd1 : inside_n;
//# wrong saturates one early @subtractions
-x > 8'd127
+x > 8'd126
