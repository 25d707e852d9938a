//# top signed_filter
//# inputs clk rst_n x:8 gain:4
//# outputs y:12 clip:8 rounded:6
//# golden
module signed_filter(input logic clk, rst_n, input logic signed [7:0] x, input logic [3:0] gain,
                     output logic signed [11:0] y, output logic signed [7:0] clip, output logic signed [5:0] rounded);
  typedef logic signed [11:0] wide_t;
  logic [2:0][7:0] taps;
  wide_t scaled, sum;
  always_comb begin
    scaled = wide_t'(x) * $signed({1'b0, gain});
    sum = wide_t'(signed'(taps[0])) - (wide_t'(signed'(taps[1])) <<< 1) + wide_t'(signed'(taps[2]));
    if (sum > 127) clip = 8'sd127;
    else if (sum < -128) clip = -8'sd128;
    else clip = 8'(sum);
    rounded = 6'((9'(x) + 9'sd2) >>> 2);
  end
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      taps <= '0;
      y <= '0;
    end else begin
      taps <= {taps[1:0], x};
      y <= scaled;
    end
endmodule
//# right plain Verilog
module signed_filter(input clk, input rst_n, input [7:0] x, input [3:0] gain, output reg [11:0] y, output [7:0] clip,
                     output [5:0] rounded);
  reg [7:0] t0, t1, t2;
  wire [11:0] e0 = {{4{t0[7]}}, t0}, e1 = {{4{t1[7]}}, t1}, e2 = {{4{t2[7]}}, t2};
  wire [11:0] sum = e0 + e2 - {e1[10:0], 1'b0};
  wire over = ~sum[11] & (|sum[10:7]);
  wire under = sum[11] & ~(&sum[10:7]);
  wire [11:0] ex = {{4{x[7]}}, x};
  wire [8:0] up = {x[7], x} + 9'd2;
  assign clip = over ? 8'h7f : under ? 8'h80 : sum[7:0];
  assign rounded = up[7:2];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin t0 <= 0; t1 <= 0; t2 <= 0; y <= 0; end
    else begin
      t0 <= x; t1 <= t0; t2 <= t1;
      y <= (gain[0] ? ex : 0) + (gain[1] ? ex << 1 : 0) + (gain[2] ? ex << 2 : 0) + (gain[3] ? ex << 3 : 0);
    end
endmodule
//# right signed Verilog
module signed_filter(input clk, input rst_n, input signed [7:0] x, input [3:0] gain, output signed [11:0] y,
                     output reg signed [7:0] clip, output signed [5:0] rounded);
  reg signed [7:0] a, b, c;
  reg signed [11:0] product;
  wire signed [4:0] g = {1'b0, gain};
  integer sum, r;
  assign y = product;
  assign rounded = r;
  always @* begin
    sum = a - 2 * b + c;
    clip = (sum >= 128) ? 127 : (sum <= -129) ? -128 : sum;
    r = (x + 2) >>> 2;
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {a, b, c, product} <= 36'd0;
    else begin {a, b, c} <= {x, a, b}; product <= x * g; end
endmodule
//# wrong gain taken as signed @golden
-$signed({1'b0, gain})
+$signed(gain)
//# wrong sign lost before the product @golden
-scaled = wide_t'(x) *
+scaled = wide_t'({4'b0, x}) *
//# wrong not rounded @golden
-rounded = 6'((9'(x) + 9'sd2) >>> 2);
+rounded = 6'(9'(x) >>> 2);
//# wrong lower bound @golden
-(sum < -128) clip = -8'sd128;
+(sum < -127) clip = -8'sd127;
//# wrong taps shift one short @golden
-{taps[1:0], x}
+{taps[2:1], x}
//# wrong negative overflow passes @plain Verilog
-wire under = sum[11] & ~(&sum[10:7]);
+wire under = sum[11] & ~sum[10] & ~(&sum[9:7]);
