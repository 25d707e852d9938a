//# top wall_clock
//# inputs clk rst_n run
//# outputs hh:8 mm:8 ss:8
//# params PRE=1 H12=0 | PRE=3 H12=1 | PRE=50 H12=0 | PRE=240 H12=1
//# golden
module wall_clock(input clk, input rst_n, input run, output reg [7:0] hh, output reg [7:0] mm, output reg [7:0] ss);
  reg [7:0] pre;
  wire second = run && pre == ${PRE - 1};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      pre <= 0; ss <= 0; mm <= 0; hh <= 8'h${'12' if H12 else '00'};
    end else begin
      if (run) pre <= second ? 0 : pre + 1;
      if (second) begin
        if (ss[3:0] != 9) ss[3:0] <= ss[3:0] + 1;
        else begin
          ss[3:0] <= 0;
          if (ss[7:4] != 5) ss[7:4] <= ss[7:4] + 1;
          else begin
            ss[7:4] <= 0;
            if (mm[3:0] != 9) mm[3:0] <= mm[3:0] + 1;
            else begin
              mm[3:0] <= 0;
              if (mm[7:4] != 5) mm[7:4] <= mm[7:4] + 1;
              else begin
                mm[7:4] <= 0;
                if (hh == 8'h${'12' if H12 else '23'}) hh <= 8'h${'01' if H12 else '00'};
                else if (hh[3:0] == 9) hh <= {hh[7:4] + 4'd1, 4'd0};
                else hh[3:0] <= hh[3:0] + 1;
              end
            end
          end
        end
      end
    end
endmodule
//# right digit cells with carries
module digit(input clk, input rst_n, input en, input [3:0] last, output reg [3:0] q, output carry);
  assign carry = en & (q == last);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= 4'd0;
    else if (en) q <= (q == last) ? 4'd0 : q + 4'd1;
endmodule
module wall_clock(input clk, input rst_n, input run, output [7:0] hh, output [7:0] mm, output [7:0] ss);
  reg [7:0] pre;
  reg [7:0] h;
  wire second = run & (pre == 8'd0);
  wire c0, c1, c2, c3;
  digit s0(clk, rst_n, second, 4'd9, ss[3:0], c0);
  digit s1(clk, rst_n, c0, 4'd5, ss[7:4], c1);
  digit m0(clk, rst_n, c1, 4'd9, mm[3:0], c2);
  digit m1(clk, rst_n, c2, 4'd5, mm[7:4], c3);
  assign hh = h;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      pre <= 8'd${PRE - 1};
      h <= 8'h${'12' if H12 else '00'};
    end else begin
      if (run) pre <= second ? 8'd${PRE - 1} : pre - 8'd1;
      if (c3) h <= (h == 8'h${'12' if H12 else '23'}) ? 8'h${'01' if H12 else '00'} : (h[3:0] == 4'd9) ? h + 8'd7 : h + 8'd1;
    end
endmodule
//# right binary time shown in decimal
module wall_clock(input clk, input rst_n, input run, output [7:0] hh, output [7:0] mm, output [7:0] ss);
  reg [7:0] pre;
  reg [5:0] s, m;
  reg [4:0] h;
  function [7:0] bcd(input [5:0] v);
    bcd = v >= 50 ? v + 30 : v >= 40 ? v + 24 : v >= 30 ? v + 18 : v >= 20 ? v + 12 : v >= 10 ? v + 6 : v;
  endfunction
  assign ss = bcd(s);
  assign mm = bcd(m);
  assign hh = bcd({1'b0, h});
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      pre <= 0; s <= 0; m <= 0; h <= ${12 if H12 else 0};
    end else if (run) begin
      pre <= pre + 1;
      if (pre == ${PRE - 1}) begin
        pre <= 0;
        s <= s + 1;
        if (s == 59) begin
          s <= 0; m <= m + 1;
          if (m == 59) begin
            m <= 0;
            h <= h == ${12 if H12 else 23} ? ${1 if H12 else 0} : h + 1;
          end
        end
      end
    end
endmodule
//# wrong hour after the last one @golden
-) hh <= 8'h${'01' if H12 else '00'};
+) hh <= 8'h${'00' if H12 else '01'};
//# wrong hour ten skipped @digit cells with carries
-h + 8'd7 : h
+h + 8'd8 : h
//# wrong day an hour too long @binary time shown in decimal
-            h <= h == ${12 if H12 else 23} ?
+            h <= h == ${13 if H12 else 24} ?
//# wrong minutes to 60 @binary time shown in decimal
-          if (m == 59) begin
+          if (m == 60) begin
//# wrong prescaler goes on while stopped @golden
-      if (run) pre <= second
+      if (run || pre != 0) pre <= pre == ${PRE - 1}
//# wrong hours carry into tens in binary @golden
-                else if (hh[3:0] == 9) hh
+                else if (hh[3:0] == 15) hh
//# stimulus
run = 1; tick(${PRE * 7 + PRE // 2}); run = 0; tick(${PRE + 7}); run = 1; tick(${PRE * (13 if H12 else 24) * 3600 + 4000 * PRE});
