//# top uptime
//# inputs clk rst
//# outputs seconds:6 minutes:6 hours:5 blink
//# params PRE=1000 | PRE=2500 
//# golden
module uptime(input clk, input rst, output reg [5:0] seconds, output reg [5:0] minutes, output reg [4:0] hours,
              output blink);
  reg [16:0] n;
  assign blink = n < ${PRE // 2};
  always @(posedge clk)
    if (rst) begin n <= 0; seconds <= 0; minutes <= 0; hours <= 0; end
    else if (n == ${PRE - 1}) begin
      n <= 0;
      if (seconds == 59) begin
        seconds <= 0;
        if (minutes == 59) begin
          minutes <= 0;
          hours <= hours == 23 ? 0 : hours + 1;
        end else minutes <= minutes + 1;
      end else seconds <= seconds + 1;
    end else n <= n + 1;
endmodule
//# right nested enables
module uptime(input clk, input rst, output [5:0] seconds, output [5:0] minutes, output [4:0] hours, output blink);
  reg [16:0] left;
  reg [5:0] s, m;
  reg [4:0] h;
  wire each_second = left == 0;
  wire each_minute = each_second && s == 6'd59;
  wire each_hour = each_minute && m == 6'd59;
  assign blink = left > 17'd${PRE - 1 - PRE // 2};
  assign {seconds, minutes, hours} = {s, m, h};
  always @(posedge clk) left <= rst || each_second ? 17'd${PRE - 1} : left - 17'd1;
  always @(posedge clk) if (rst || each_minute) s <= 0; else if (each_second) s <= s + 1;
  always @(posedge clk) if (rst || each_hour) m <= 0; else if (each_minute) m <= m + 1;
  always @(posedge clk)
    if (rst) h <= 0;
    else if (each_hour) h <= (h == 5'd23) ? 5'd0 : h + 5'd1;
endmodule
//# wrong minutes wrap a minute early @golden
-        if (minutes == 59) begin
+        if (minutes == 58) begin
//# wrong one minute a second short @nested enables
-each_second && s == 6'd59;
+each_second && s == 6'd59 - (m == 6'd37);
//# wrong hours not counted @golden
-hours == 23 ? 0 : hours + 1;
+hours == 23 ? 0 : hours + (minutes == 0);
//# wrong seconds skip zero at the full hour @golden
-        if (minutes == 59) begin
+        if (minutes == 59) begin
+          seconds <= 1;
//# wrong blink uneven after half an hour @nested enables
-assign blink = left > 17'd${PRE - 1 - PRE // 2};
+assign blink = left > 17'd${PRE - 1 - PRE // 2} - m[5];
//# stimulus
tick(${PRE * 3661 if PRE < 3001 else PRE * 90});
