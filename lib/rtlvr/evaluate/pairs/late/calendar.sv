//# top calendar
//# inputs clk rst_n step
//# outputs day:5 month:4 year:12
//# params PRE=1 FROM=1999 | PRE=24 FROM=1999 | PRE=1 FROM=2096
//# golden
module calendar(input clk, input rst_n, input step, output reg [4:0] day, output reg [3:0] month, output reg [11:0] year);
  reg [4:0] hour;
  reg [1:0] mod4;
  reg [6:0] mod100;
  reg [8:0] mod400;
  wire leap = mod4 == 0 && (mod100 != 0 || mod400 == 0);
  reg [4:0] last;
  always @*
    case (month)
      4, 6, 9, 11: last = 30;
      2: last = leap ? 29 : 28;
      default: last = 31;
    endcase
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      hour <= 0; day <= 1; month <= 1; year <= ${FROM};
      mod4 <= ${FROM % 4}; mod100 <= ${FROM % 100}; mod400 <= ${FROM % 400};
    end else if (step) begin
      hour <= hour == ${PRE - 1} ? 0 : hour + 1;
      if (hour == ${PRE - 1}) begin
        day <= day == last ? 1 : day + 1;
        if (day == last) begin
          month <= month == 12 ? 1 : month + 1;
          if (month == 12) begin
            year <= year + 1;
            mod4 <= mod4 + 1;
            mod100 <= mod100 == 99 ? 0 : mod100 + 1;
            mod400 <= mod400 == 399 ? 0 : mod400 + 1;
          end
        end
      end
    end
endmodule
//# right remainders of the year
module calendar(input clk, input rst_n, input step, output [4:0] day, output [3:0] month, output [11:0] year);
  reg [4:0] h, d;
  reg [3:0] m;
  reg [11:0] y;
  wire leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  wire long_month = m[0] ^ m[3];
  wire [4:0] length = m == 2 ? {3'b111, 1'b0, leap} : {4'b1111, long_month};
  wire day_over = step && h == 0;
  wire month_over = day_over && d == length;
  assign {day, month, year} = {d, m, y};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin h <= ${PRE - 1}; d <= 1; m <= 1; y <= ${FROM}; end
    else begin
      if (step) h <= h == 0 ? ${PRE - 1} : h - 1;
      if (month_over) d <= 1; else if (day_over) d <= d + 1;
      if (month_over) m <= m == 12 ? 1 : m + 1;
      if (month_over && m == 12) y <= y + 1;
    end
endmodule
//# wrong every fourth year is a leap year @golden
-mod4 == 0 && (mod100 != 0 || mod400 == 0);
+mod4 == 0;
//# wrong no leap year in 2000 and 2400 @golden
-(mod100 != 0 || mod400 == 0)
+(mod100 != 0)
//# wrong November has 31 days @golden
-4, 6, 9, 11: last
+4, 6, 9: last
//# wrong leap years a year late @golden
-mod4 == 0 && (mod100
+mod4 == 1 && (mod100
//# wrong 2100 and 2200 taken together @remainders of the year
-y % 100 != 0)
+y % 200 != 0)
//# wrong August short @remainders of the year
-wire long_month = m[0] ^ m[3];
+wire long_month = m[0];
//# stimulus
step = 1; tick(${PRE * 38000 if FROM < 2000 else 40000});
