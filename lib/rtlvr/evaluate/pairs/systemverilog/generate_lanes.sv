//# top generate_lanes
//# inputs clk rst_n en d:16
//# outputs q:16 any
//# golden
module lane #(parameter string KIND = "plain", parameter int W = 4, parameter type T = logic [W-1:0])
  (input logic clk, rst_n, en, input T d, output T q);
  if (KIND == "plain") begin : g_plain
    always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= '0; else if (en) q <= d;
  end else if (KIND == "count") begin : g_count
    always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= '0; else if (en) q <= T'(q + d);
  end else begin : g_toggle
    always_ff @(posedge clk or negedge rst_n) if (!rst_n) q <= '1; else if (en) q <= q ^ d;
  end
endmodule
module generate_lanes(input logic clk, rst_n, en, input logic [15:0] d, output logic [15:0] q, output logic any);
  localparam int N = 4;
  for (genvar i = 0; i < N; i++) begin : g_lane
    if (i == 0) lane #(.KIND("count")) u(.clk, .rst_n, .en, .d(d[4*i +: 4]), .q(q[4*i +: 4]));
    else if (i % 2 == 0) lane #("toggle") u(.d(d[4*i +: 4]), .q(q[4*i +: 4]), .*);
    else lane #(.T(logic [3:0])) u(.clk(clk), .rst_n(rst_n), .en(en), .d(d[4*i +: 4]), .q(q[4*i +: 4]));
  end : g_lane
  assign any = |q;
  a_reset: assert property (@(posedge clk) !rst_n |-> q[11:8] == '1);
endmodule
//# right plain Verilog
module generate_lanes(input clk, input rst_n, input en, input [15:0] d, output reg [15:0] q, output any);
  assign any = q != 16'd0;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 16'h0f00;
    else if (en) begin
      q[3:0] <= q[3:0] + d[3:0];
      q[7:4] <= d[7:4];
      q[11:8] <= q[11:8] ^ d[11:8];
      q[15:12] <= d[15:12];
    end
endmodule
//# right old instances
module lane(clk, rst_n, en, d, q);
  parameter KIND = 0;
  parameter [3:0] RESET = 0;
  input clk, rst_n, en;
  input [3:0] d;
  output [3:0] q;
  reg [3:0] q;
  wire [3:0] next = (KIND == 0) ? d : (KIND == 1) ? q + d : (q & ~d) | (~q & d);
  always @(negedge rst_n or posedge clk)
    if (rst_n == 0) q <= RESET;
    else q <= en ? next : q;
endmodule
module generate_lanes(clk, rst_n, en, d, q, any);
  input clk, rst_n, en;
  input [15:0] d;
  output [15:0] q;
  output any;
  lane #(1) l0(clk, rst_n, en, d[3:0], q[3:0]);
  lane l1(clk, rst_n, en, d[7:4], q[7:4]);
  lane #(2, 4'd15) l2(clk, rst_n, en, d[11:8], q[11:8]);
  lane l3(clk, rst_n, en, d[15:12], q[15:12]);
  or (any, q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9], q[10], q[11], q[12], q[13], q[14], q[15]);
endmodule
//# wrong string misspelt in one lane @golden
-.KIND("count")
+.KIND("counter")
//# wrong reset value of the toggle lane @golden
-q <= '1; else if (en) q <= q ^ d;
+q <= '0; else if (en) q <= q ^ d;
//# wrong odd and even swapped @golden
-else if (i % 2 == 0)
+else if (i % 2 == 1)
//# wrong count lane three bits @golden
-q <= T'(q + d);
+q <= T'(3'(q + d));
//# wrong last lane not in the or @old instances
-q[14], q[15]);
+q[14], q[14]);
//# wrong enable left out of a lane @plain Verilog
-      q[15:12] <= d[15:12];
-    end
+    end
+    else q[15:12] <= d[15:12];
//# stimulus
en = 1; d = 16'h8f00; tick(1); d = 16'h0000; tick(2); reset;
