//# top latch_hold
//# inputs gate clear:1 d:6 select:2
//# outputs q:6 y:3
//# golden
module latch_hold(input logic gate, clear, input logic [5:0] d, input logic [1:0] select,
                  output logic [5:0] q, output logic [2:0] y);
  typedef logic [1:0][2:0] halves_t;
  halves_t h;
  always_latch
    if (clear) h <= '0;
    else if (gate) h <= d;
  assign q = h;
  always_comb
    unique0 case (select) inside
      2'b0?: y = h[select[0]];
      2'b10: y = h[1] & h[0];
      default: y = h[1] | h[0];
    endcase
endmodule
//# right plain Verilog
module latch_hold(input gate, input clear, input [5:0] d, input [1:0] select, output reg [5:0] q, output [2:0] y);
  always @(gate or clear or d)
    if (clear) q = 6'd0;
    else if (gate) q = d;
  wire [2:0] a = q[5:3], b = q[2:0];
  assign y = select[1] ? (select[0] ? a | b : a & b) : (select[0] ? a : b);
endmodule
//# right one enable
module latch_hold(input gate, input clear, input [5:0] d, input [1:0] select, output [5:0] q, output reg [2:0] y);
  reg [5:0] kept;
  wire open = gate | clear;
  wire [5:0] given = d & {6{~clear}};
  always @* if (open) kept = given;
  assign q = kept;
  always @*
    case (select)
      0: y = kept[2:0];
      1: y = kept[5:3];
      2: y = kept[5:3] & kept[2:0];
      3: y = ~(~kept[5:3] & ~kept[2:0]);
    endcase
endmodule
//# wrong gate before clear @golden
-    if (clear) h <= '0;
-    else if (gate) h <= d;
+    if (gate) h <= d;
+    else if (clear) h <= '0;
//# wrong transparent without a gate @golden
-    else if (gate) h <= d;
+    else h <= d;
//# wrong halves swapped @golden
-h[select[0]]
+h[~select[0]]
//# wrong clears to ones @golden
-h <= '0;
+h <= '1;
//# wrong holds only one half @one enable
-if (open) kept = given;
+begin if (open) kept[5:3] = given[5:3]; if (open | select[1]) kept[2:0] = given[2:0]; end
