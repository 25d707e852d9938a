//# top token_bucket
//# inputs clk rst_n want:4 ask
//# outputs grant tokens:10
//# params P=20 C=100 | P=50 C=1000 | P=700 C=900
//# golden
module token_bucket(input clk, input rst_n, input [3:0] want, input ask, output grant, output reg [9:0] tokens);
  reg [9:0] n;
  wire fill = n == ${P - 1};
  assign grant = ask && tokens >= want;
  wire [9:0] after = grant ? tokens - want : tokens;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 0; tokens <= 0; end
    else begin
      n <= fill ? 0 : n + 1;
      tokens <= (fill && after != ${C}) ? after + 1 : after;
    end
endmodule
//# right room instead of tokens
module token_bucket(input clk, input rst_n, input [3:0] want, input ask, output grant, output [9:0] tokens);
  reg [9:0] room, left;
  wire [9:0] cost = grant ? {6'd0, want} : 10'd0;
  assign tokens = 10'd${C} - room;
  assign grant = ask & (room + want <= ${C});
  wire [9:0] more = room + cost;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin room <= ${C}; left <= ${P - 1}; end
    else begin
      left <= left == 0 ? ${P - 1} : left - 1;
      room <= more - (left == 0 && more != 0);
    end
endmodule
//# right fill and use in separate branches
module token_bucket(input clk, input rst_n, input [3:0] want, input ask, output grant, output [9:0] tokens);
  reg [9:0] t, k;
  wire full = t == 10'd${C};
  wire fill = k == 10'd${P - 1};
  assign grant = ask & ~(t < want);
  assign tokens = t;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) k <= 0;
    else if (fill) k <= 0;
    else k <= k + 1;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) t <= 0;
    else case ({fill, grant})
      2'b00: t <= t;
      2'b01: t <= t - want;
      2'b10: if (!full) t <= t + 1;
      default: t <= (full && want == 0) ? t : t + 1 - want;
    endcase
endmodule
//# wrong bucket one larger @golden
-after != ${C})
+after != ${C + 1})
//# wrong full bucket loses the token of a grant @golden
-(fill && after != ${C})
+(fill && tokens != ${C})
//# wrong filling waits while full @golden
-      n <= fill ? 0 : n + 1;
+      n <= fill || tokens == ${C} ? 0 : n + 1;
//# wrong nothing wanted at a full bucket overflows @fill and use in separate branches
-(full && want == 0) ? t :
+(full && want == 15) ? t :
//# stimulus
tick(${P * (C + 3)}); ask = 1; want = 0; tick(${2 * P}); ask = 0; want = 7;
repeat (30) begin ask = 1; tick(1); ask = 0; tick(${3 * P - 1}); tick(1); end
want = 1; tick(${P * C // 3}); ask = 1; tick(1); ask = 0; tick(${P * 40});
for (inner = 0; inner < ${P} + 3; inner = inner + 1) begin ask = 1; tick(1); ask = 0; tick(${P * 2}); end
