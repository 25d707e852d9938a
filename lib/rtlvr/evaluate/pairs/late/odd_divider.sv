//# top odd_divider
//# inputs clk rst sel:2
//# outputs out edge_seen
//# params A=625 B=3125 C=10001 D=50000 | A=333 B=999 C=2500 D=400000
//# golden
module odd_divider(input clk, input rst, input [1:0] sel, output out, output edge_seen);
  reg [18:0] n, limit;
  reg rise, fall, last;
  reg [1:0] used;
  always @* case (used)
    2'd0: limit = ${A};
    2'd1: limit = ${B};
    2'd2: limit = ${C};
    default: limit = ${D};
  endcase
  always @(posedge clk or posedge rst)
    if (rst) begin n <= 0; rise <= 0; used <= 0; last <= 0; end
    else begin
      last <= rise;
      if (n == limit - 1) begin n <= 0; used <= sel; end
      else n <= n + 1;
      rise <= n < limit / 2;
    end
  always @(negedge clk or posedge rst)
    if (rst) fall <= 0;
    else fall <= rise & limit[0];
  assign out = rise | fall;
  assign edge_seen = rise & ~last;
endmodule
//# right down-counter and toggling
module odd_divider(input clk, input rst, input [1:0] sel, output out, output edge_seen);
  reg [18:0] left, low_from;
  reg high, half, fresh, odd;
  wire [18:0] next = sel == 0 ? ${A} : sel == 1 ? ${B} : sel == 2 ? ${C} : ${D};
  wire done = left == 0;
  assign out = half | high;
  assign edge_seen = fresh;
  always @(posedge clk or posedge rst)
    if (rst) begin
      left <= ${A - 1}; low_from <= ${A - A // 2}; odd <= ${A % 2}; high <= 0; fresh <= 0;
    end else begin
      left <= done ? next - 1 : left - 1;
      if (done) begin low_from <= next - (next >> 1); odd <= next[0]; end
      fresh <= (left >= low_from) & ~high;
      high <= left >= low_from;
    end
  always @(negedge clk or posedge rst)
    if (rst) half <= 0;
    else half <= high & odd;
endmodule
//# wrong slow setting a clock long @golden
-default: limit = ${D};
+default: limit = ${D + 1};
//# wrong new setting at once @golden
-      if (n == limit - 1) begin n <= 0; used <= sel; end
+      if (sel == 3 && n == 60) used <= sel;
+      if (n == limit - 1) begin n <= 0; used <= sel; end
//# wrong no half clock @golden
-rise & limit[0];
+rise & limit[0] & (limit < ${C});
//# wrong rounds the half the other way @down-counter and toggling
-low_from <= next - (next >> 1);
+low_from <= next >> 1;
//# stimulus
sel = 1; tick(${A + 5}); sel = 2; tick(${B}); sel = 3; tick(${C}); sel = 0; tick(${D}); sel = 3; tick(${A + B}); tick(${2 * D});
