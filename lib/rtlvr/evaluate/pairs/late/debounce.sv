//# top debounce
//# inputs clk rst button
//# outputs level pressed
//# params N=100 | N=4000 | N=65536 | N=250000
//# golden
module debounce(input clk, input rst, input button, output reg level, output reg pressed);
  reg [1:0] sync;
  reg [17:0] count;
  always @(posedge clk)
    if (rst) begin
      sync <= 0; count <= 0; level <= 0; pressed <= 0;
    end else begin
      sync <= {sync[0], button};
      pressed <= 0;
      if (sync[1] == level) count <= 0;
      else if (count == ${N - 1}) begin
        count <= 0;
        level <= sync[1];
        pressed <= sync[1];
      end else count <= count + 1;
    end
endmodule
//# right down-counter
module debounce(input clk, input rst, input button, output level, output pressed);
  reg first, second, stable, pulse;
  reg [17:0] left;
  wire other = second ^ stable;
  assign level = stable;
  assign pressed = pulse;
  always @(posedge clk) begin
    first <= button & ~rst;
    second <= first & ~rst;
    if (rst) begin
      left <= 18'd${N - 1}; stable <= 1'b0; pulse <= 1'b0;
    end else begin
      pulse <= 1'b0;
      if (other && left == 18'd0 && second) pulse <= 1'b1;
      if (!other || left == 18'd0) left <= 18'd${N - 1};
      else left <= left - 18'd1;
      if (other && left == 18'd0) stable <= ~stable;
    end
  end
endmodule
//# right four states
module debounce(input clk, input rst, input button, output level, output pressed);
  localparam [1:0] UP = 0, GOING_DOWN = 1, DOWN = 2, GOING_UP = 3;
  reg [1:0] state;
  reg s1, s2, was;
  reg [17:0] n;
  assign level = state[1];
  assign pressed = was;
  always @(posedge clk)
    if (rst) begin
      state <= UP; n <= 0; s1 <= 0; s2 <= 0; was <= 0;
    end else begin
      s1 <= button; s2 <= s1; was <= 0;
      case (state)
        UP: if (s2) begin n <= 1; state <= GOING_DOWN; end
        GOING_DOWN:
          if (!s2) state <= UP;
          else if (n == ${N - 1}) begin state <= DOWN; was <= 1; end
          else n <= n + 1;
        DOWN: if (!s2) begin n <= 1; state <= GOING_UP; end
        default:
          if (s2) state <= DOWN;
          else if (n == ${N - 1}) state <= UP;
          else n <= n + 1;
      endcase
    end
endmodule
//# wrong one clock short @golden
-count == ${N - 1}
+count == ${N - 2}
//# wrong bounces do not restart the count @golden
-      if (sync[1] == level) count <= 0;
+      if (sync[1] == level) count <= count;
//# wrong release taken as a press @golden
-        pressed <= sync[1];
+        pressed <= 1;
//# wrong release one clock late @four states
-          else if (n == ${N - 1}) state <= UP;
+          else if (n == ${N}) state <= UP;
//# wrong count too narrow @down-counter
-left == 18'd0) left <= 18'd${N - 1};
+left == 18'd0) left <= 18'd${N - 1 - max(1, N // 64)};
//# stimulus
button = 1; tick(${N - 20}); button = 0; tick(10); button = 1; tick(${N + 30});
button = 0; tick(${N // 2}); button = 1; tick(5); button = 0; tick(${N + 30}); button = 1; tick(${N + 30});
