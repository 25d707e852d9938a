//# top nested_params
//# inputs clk rst_n sel:2 a:8 b:8
//# outputs y:8 acc:12
//# golden
module operate #(parameter type T = logic [7:0], parameter int SHIFT = 0, parameter bit SIGNED = 0)
  (input T a, b, output T y);
  localparam int W = $bits(T);
  if (SIGNED) begin : g_s
    assign y = T'((W'(signed'(a)) + W'(signed'(b))) >>> SHIFT);
  end else begin : g_u
    assign y = T'(((W + 1)'(a) + (W + 1)'(b)) >> SHIFT);
  end
endmodule
module choose #(parameter int N = 3, parameter type T = logic [7:0]) (input logic [1:0] sel, input T in [N], output T y);
  always_comb begin
    y = in[N-1];
    for (int i = 0; i < N; i++) if (sel == i) y = in[i];
  end
endmodule
module nested_params(input logic clk, rst_n, input logic [1:0] sel, input logic [7:0] a, b, output logic [7:0] y,
                     output logic [11:0] acc);
  typedef logic [7:0] byte_t;
  byte_t r [3];
  operate #(.SHIFT(1)) mean(.a, .b, .y(r[0]));
  operate #(.T(byte_t)) sum(.a, .b, .y(r[1]));
  operate #(.T(logic [7:0]), .SIGNED(1), .SHIFT(0)) two(.a(a), .b(~b), .y(r[2]));
  choose #(.T(byte_t)) pick(.sel, .in(r), .y);
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) acc <= '0;
    else acc += y;
endmodule
//# right plain Verilog
module nested_params(input clk, input rst_n, input [1:0] sel, input [7:0] a, input [7:0] b, output reg [7:0] y,
                     output reg [11:0] acc);
  wire [8:0] sum = {1'b0, a} + {1'b0, b};
  wire [7:0] less = a - b - 8'd1;
  always @*
    case (sel)
      2'd0: y = sum[8:1];
      2'd1: y = sum[7:0];
      default: y = less;
    endcase
  always @(posedge clk or negedge rst_n)
    if (!rst_n) acc <= 12'd0;
    else acc <= acc + {4'd0, y};
endmodule
//# right modules of old style
module adder(a, b, s);
  parameter W = 8;
  input [W-1:0] a, b;
  output [W:0] s;
  assign s = a + b;
endmodule
module nested_params(clk, rst_n, sel, a, b, y, acc);
  input clk, rst_n;
  input [1:0] sel;
  input [7:0] a, b;
  output [7:0] y;
  output [11:0] acc;
  reg [11:0] acc;
  wire [8:0] s;
  wire [12:0] next;
  wire [7:0] other = b ^ {8{sel[1]}};
  adder first(.a(a), .b(other), .s(s));
  adder #(12) second(.a(acc), .b({4'b0, y}), .s(next));
  assign y = (sel == 0) ? s[8:1] : s[7:0];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) acc <= 0;
    else acc <= next[11:0];
endmodule
//# wrong carry of the mean lost @golden
-T'(((W + 1)'(a) + (W + 1)'(b)) >> SHIFT);
+T'(T'(a + b) >> SHIFT);
//# wrong shift also for the sum @golden
-parameter int SHIFT = 0,
+parameter int SHIFT = 1,
//# wrong two choices @golden
-parameter int N = 3,
+parameter int N = 2,
-choose #(.T(byte_t)) pick(.sel, .in(r), .y);
+choose #(.T(byte_t)) pick(.sel, .in(r[0:1]), .y);
//# wrong sum of eight bits kept @golden
-acc += y;
+acc <= 12'(8'(acc + y));
//# wrong not inverted @golden
-.b(~b),
+.b(b),
//# wrong inverted for the sum too @modules of old style
-{8{sel[1]}}
+{8{|sel}}
