//# top pwm
//# inputs clk rst_n duty:8 load
//# outputs out period
//# params PRE=4 | PRE=64 | PRE=1000
//# golden
module pwm(input clk, input rst_n, input [7:0] duty, input load, output out, output period);
  reg [9:0] pre;
  reg [7:0] count, level, waiting;
  wire step = pre == ${PRE - 1};
  assign out = count < level || level == 255;
  assign period = step && count == 255;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin pre <= 0; count <= 0; level <= 0; waiting <= 0; end
    else begin
      if (load) waiting <= duty;
      pre <= step ? 0 : pre + 1;
      if (step) count <= count + 1;
      if (period) level <= waiting;
    end
endmodule
//# right set and reset output
module pwm(input clk, input rst_n, input [7:0] duty, input load, output out, output period);
  reg [9:0] left;
  reg [7:0] to_go;
  reg [7:0] shadow, used;
  reg high;
  wire step = left == 10'd0;
  wire turn = step & (to_go == 8'd0);
  assign out = high;
  assign period = turn;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      left <= 10'd${PRE - 1}; to_go <= 8'd255; shadow <= 8'd0; used <= 8'd0; high <= 1'b0;
    end else begin
      if (load) shadow <= duty;
      left <= step ? 10'd${PRE - 1} : left - 10'd1;
      if (step) to_go <= to_go - 8'd1;
      if (turn) begin used <= shadow; high <= shadow != 8'd0; end
      else if (step && to_go == 8'd0 - used && used != 8'd255) high <= 1'b0;
    end
endmodule
//# right one wide counter
module pwm(input clk, input rst_n, input [7:0] duty, input load, output reg out, output period);
  reg [17:0] n;
  reg [7:0] level, next_level;
  assign period = n == 18'd${256 * PRE - 1};
  always @* out = (level == 8'hff) | (n < level * 18'd${PRE});
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {n, level, next_level} <= 0;
    else begin
      n <= period ? 18'd0 : n + 18'd1;
      if (period) level <= next_level;
      next_level <= load ? duty : next_level;
    end
endmodule
//# wrong new duty at once @golden
-      if (load) waiting <= duty;
+      if (load) begin waiting <= duty; if (count > 200) level <= duty; end
//# wrong full duty drops for one step @golden
- || level == 255;
+;
//# wrong period of 255 steps @one wide counter
-18'd${256 * PRE - 1};
+18'd${255 * PRE - 1};
//# wrong loaded value taken in the period's last clock @set and reset output
-used <= shadow; high <= shadow != 8'd0;
+used <= load ? duty : shadow; high <= (load ? duty : shadow) != 8'd0;
//# wrong comparison includes the level @one wide counter
-(n < level * 18'd${PRE})
+(n <= level * 18'd${PRE} && level != 0)
//# stimulus
duty = 255; load = 1; tick(1); load = 0; tick(${PRE * 256 * 2});
duty = 100; tick(5); load = 1; tick(1); load = 0; tick(${PRE * 256 + PRE * 210}); duty = 30; load = 1; tick(1); load = 0;
tick(${PRE * 256}); load = 1; for (inner = 0; inner < 600; inner = inner + 1) begin duty = inner; tick(1); end duty = 77;
repeat (${PRE * 300}) begin duty = rnd(0); tick(1); end
