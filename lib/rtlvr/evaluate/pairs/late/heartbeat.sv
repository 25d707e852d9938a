//# top heartbeat
//# inputs clk rst_n enable
//# outputs led beat count:8
//# params N=2000000 | N=6000000
//# golden
module heartbeat(input clk, input rst_n, input enable, output reg led, output beat, output reg [7:0] count);
  reg [22:0] n;
  assign beat = enable && n == ${N - 1};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 0; led <= 0; count <= 0; end
    else if (enable) begin
      n <= beat ? 0 : n + 1;
      if (beat) begin
        led <= ~led;
        count <= count == 8'd2 ? 0 : count + 1;
      end
    end
endmodule
//# right two counters in a row
module heartbeat(input clk, input rst_n, input enable, output led, output beat, output [7:0] count);
  reg [9:0] low;
  reg [13:0] high;
  reg [1:0] c;
  reg l;
  wire carry = low == 10'd999;
  wire full = carry & (high == 14'd${N // 1000 - 1});
  assign beat = full & enable;
  assign led = l;
  assign count = {6'd0, c};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin low <= 0; high <= 0; l <= 0; c <= 0; end
    else if (enable) begin
      low <= carry ? 10'd0 : low + 10'd1;
      if (carry) high <= full ? 14'd0 : high + 14'd1;
      l <= l ^ full;
      if (full) c <= {c[0], ~(c[1] | c[0])};
    end
endmodule
//# right down-counter
module heartbeat(input clk, input rst_n, input enable, output reg led, output beat, output reg [7:0] count);
  reg [22:0] left;
  wire zero = ~|left;
  assign beat = zero & enable;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) left <= 23'd${N - 1};
    else if (beat) left <= 23'd${N - 1};
    else if (enable) left <= left - 23'd1;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin led <= 1'b0; count <= 8'd0; end
    else if (beat) begin
      led <= !led;
      if (count == 8'd2) count <= 8'd0;
      else count <= count + 8'd1;
    end
endmodule
//# wrong one clock long @golden
-n == ${N - 1};
+n == ${N};
//# wrong four beats @golden
-count == 8'd2 ? 0
+count == 8'd3 ? 0
//# wrong the second beat is one clock short @down-counter
-    else if (beat) left <= 23'd${N - 1};
+    else if (beat) left <= 23'd${N - 2};
//# wrong the lamp stays on after the third beat @two counters in a row
-      l <= l ^ full;
+      l <= (l ^ full) | (full & c[0]);
//# wrong time runs while switched off @golden
-    else if (enable) begin
-      n <= beat ? 0 : n + 1;
+    else begin
+      if (enable || n < ${N // 2}) n <= beat ? 0 : n + 1;
//# stimulus
enable = 1; tick(${N // 3}); enable = 0; tick(10); enable = 1; tick(${N // 3}); enable = 0; tick(5); enable = 1; tick(${N * 3});
