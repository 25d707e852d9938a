//# top sequence_bank
//# inputs clk rst_n bits:3 clear
//# outputs found:3 last:2 total:6
//# golden
module detector #(parameter int L = 4, parameter logic [L-1:0] PATTERN = '1, parameter string MODE = "overlap")
  (input logic clk, rst_n, x, clear, output logic found);
  logic [L-2:0] past;
  logic [$clog2(L)-1:0] seen;
  wire [L-1:0] now = {past, x};
  assign found = now == PATTERN && seen == L - 1 && !clear;
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin past <= '0; seen <= '0; end
    else if (clear || (MODE == "apart" && found)) begin past <= '0; seen <= '0; end
    else begin
      past <= now[L-2:0];
      if (seen != L - 1) seen++;
    end
endmodule
module sequence_bank(input logic clk, rst_n, input logic [2:0] bits, input logic clear, output logic [2:0] found,
                     output logic [1:0] last, output logic [5:0] total);
  detector #(.PATTERN(4'b1011)) u0(.x(bits[0]), .found(found[0]), .*);
  detector #(.L(3), .PATTERN(3'b101), .MODE("apart")) u1(.x(bits[1]), .found(found[1]), .*);
  detector #(.L(2)) u2(.x(bits[2]), .found(found[2]), .*);
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin last <= '1; total <= '0; end
    else begin
      for (int i = 2; i >= 0; i--) if (found[i]) last <= 2'(i);
      total += 6'($countones(found));
    end
endmodule
//# right plain Verilog
module sequence_bank(input clk, input rst_n, input [2:0] bits, input clear, output [2:0] found, output reg [1:0] last,
                     output reg [5:0] total);
  reg [1:0] a, b;  // how much of each pattern has come
  reg c;
  wire go = ~clear;
  assign found = {c & bits[2] & go, (b == 2) & bits[1] & go, (a == 3) & bits[0] & go};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin a <= 0; b <= 0; c <= 0; last <= 3; total <= 0; end
    else begin
      case (a)
        0: a <= bits[0] ? 1 : 0;
        1: a <= bits[0] ? 1 : 2;
        2: a <= bits[0] ? 3 : 0;
        3: a <= bits[0] ? 1 : 2;
      endcase
      case (b)
        0: b <= bits[1];
        1: b <= bits[1] ? 1 : 2;
        default: b <= 0;
      endcase
      c <= bits[2];
      if (clear) begin a <= 0; b <= 0; c <= 0; end
      if (found != 0) last <= found[0] ? 0 : found[1] ? 1 : 2;
      total <= total + found[0] + found[1] + found[2];
    end
endmodule
//# wrong overlap in the second detector @golden
-.MODE("apart")
+.MODE("Apart")
//# wrong pattern from the other end @golden
-.PATTERN(4'b1011)
+.PATTERN(4'b1101)
//# wrong highest detector wins @golden
-for (int i = 2; i >= 0; i--) if
+for (int i = 0; i < 3; i++) if
//# wrong sum of two bits @golden
-6'($countones(found));
+6'(1'($countones(found)));
//# wrong falls back to nothing @plain Verilog
-        3: a <= bits[0] ? 1 : 2;
+        3: a <= bits[0] ? 1 : 0;
//# stimulus
repeat (3) begin bits = 7; tick(1); bits = 2; tick(1); bits = 7; tick(1); bits = 5; tick(1); bits = 3; tick(2); clear = 1; tick(1); clear = 0; end
