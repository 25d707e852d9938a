//# top crc_function
//# inputs clk rst_n valid last d:8
//# outputs crc:16 done ok
//# golden
package crc_pkg;
  localparam logic [15:0] POLY = 16'h1021, INIT = 16'hffff;
  function automatic logic [15:0] step(input logic [15:0] c, input logic [7:0] d, input logic [15:0] poly = POLY);
    logic [15:0] r = c ^ {d, 8'h00};
    repeat (8) r = r[15] ? (r << 1) ^ poly : r << 1;
    return r;
  endfunction
endpackage
module crc_function import crc_pkg::step, crc_pkg::INIT; (input logic clk, rst_n, valid, last, input logic [7:0] d,
                    output logic [15:0] crc, output logic done, ok);
  logic [15:0] q;
  wire [15:0] n = step(q, d);
  always_ff @(posedge clk or negedge rst_n)
    if (~rst_n) begin q <= INIT; crc <= '0; {done, ok} <= 2'b00; end
    else begin
      done <= valid & last;
      if (valid) q <= last ? INIT : n;
      if (valid && last) begin crc <= n; ok <= n inside {16'h0, 16'h1d0f}; end
    end
endmodule
//# right plain Verilog
module crc_function(input clk, input rst_n, input valid, input last, input [7:0] d, output reg [15:0] crc,
                    output reg done, output reg ok);
  reg [15:0] q;
  wire [7:0] x = q[15:8] ^ d;
  wire [7:0] y = x ^ {4'd0, x[7:4]};
  wire [15:0] n = {q[7:0], 8'd0} ^ {y[3:0], 12'd0} ^ {3'd0, y, 5'd0} ^ {8'd0, y};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin q <= 16'hffff; crc <= 16'd0; done <= 1'b0; ok <= 1'b0; end
    else begin
      done <= valid & last;
      if (valid & last) begin q <= 16'hffff; crc <= n; ok <= (n == 16'h0000) | (n == 16'h1d0f); end
      else if (valid) q <= n;
    end
endmodule
//# right serial loop
module crc_function(input clk, input rst_n, input valid, input last, input [7:0] d, output reg [15:0] crc,
                    output reg done, output reg ok);
  reg [15:0] inverse, n;
  reg fb;
  integer i;
  always @* begin
    n = ~inverse;
    for (i = 7; i >= 0; i = i - 1) begin
      fb = n[15] ^ d[i];
      n = {n[14:12], n[11] ^ fb, n[10:5], n[4] ^ fb, n[3:0], fb};
    end
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin inverse <= 0; {crc, done, ok} <= 0; end
    else begin
      done <= 0;
      if (valid) begin
        inverse <= ~n;
        if (last) begin done <= 1; inverse <= 0; crc <= n; ok <= n == 0 || n == 7439; end
      end
    end
endmodule
//# wrong polynomial @golden
-POLY = 16'h1021
+POLY = 16'h8005
//# wrong initial value zero after the first block @golden
-last ? INIT : n;
+last ? '0 : n;
//# wrong seven steps @golden
-repeat (8)
+repeat (7)
//# wrong one residue missing @golden
-n inside {16'h0, 16'h1d0f};
+n inside {16'h1d0f};
//# wrong last without valid @golden
-done <= valid & last;
+done <= last;
//# wrong a tap one off @plain Verilog
-{3'd0, y, 5'd0}
+{4'd0, y, 4'd0}
//# stimulus
valid = 1; repeat (3) begin d = 8'hff; tick(1); d = 8'hff; last = 1; tick(1); last = 0; end
d = 8'h12; tick(1); d = 8'h34; tick(1); d = 8'hd2 ^ 8'h10; tick(1); last = 1; tick(1); last = 0;
d = 8'h1d; tick(1); d = 8'h0f; last = 1; tick(1); last = 0; tick(2);
