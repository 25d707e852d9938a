//# top fsm_enum
//# inputs clk rst_n coin:2 refund
//# outputs vend change:2 state:2
//# golden
module fsm_enum(input logic clk, rst_n, input logic [1:0] coin, input logic refund,
                output logic vend, output logic [1:0] change, output logic [1:0] state);
  typedef enum logic [1:0] {S0, S5, S10, S15} state_t;
  state_t now, next;
  always_ff @(posedge clk, negedge rst_n)
    if (!rst_n) now <= S0;
    else now <= next;
  always_comb begin
    next = now; vend = 1'b0; change = 2'd0;
    if (refund) begin
      next = S0;
      change = 2'(now);
    end else priority case (1'b1)
      coin == 2'd3: ;
      coin != 2'd0 && 3'(now) + 3'(coin) >= 3'd4: begin
        vend = 1'b1; next = S0; change = 2'(3'(now) + 3'(coin) - 3'd4);
      end
      default: next = state_t'(now + coin);
    endcase
  end
  assign state = now;
endmodule
//# right plain Verilog
module fsm_enum(input clk, input rst_n, input [1:0] coin, input refund, output vend, output [1:0] change,
                output [1:0] state);
  reg [1:0] money;
  wire [2:0] total = {1'b0, money} + {1'b0, coin};
  wire nothing = coin == 2'b11;
  assign vend = ~refund & (coin != 2'b00) & ~nothing & total[2];
  assign change = refund ? money : vend ? total[1:0] : 2'b00;
  assign state = money;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) money <= 2'b00;
    else if (refund | vend) money <= 2'b00;
    else if (!nothing) money <= total[1:0];
endmodule
//# right one-hot
module fsm_enum(input clk, input rst_n, input [1:0] coin, input refund, output reg vend, output reg [1:0] change,
                output [1:0] state);
  reg [3:0] h, d;
  assign state = {h[3] | h[2], h[3] | h[1]};
  always @* begin
    d = h; vend = 0; change = 0;
    if (refund) begin d = 4'b0001; change = state; end
    else case (coin)
      2'd1: begin d = {h[2:0], h[3]}; vend = h[3]; end
      2'd2: begin d = {h[1:0], 1'b0, h[3] | h[2]} | {3'b0, h[3]}; vend = h[3] | h[2]; change = {1'b0, h[3]}; end
      default: ;
    endcase
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) h <= 4'b0001;
    else h <= d;
endmodule
//# wrong two values of the enum swapped @golden
-{S0, S5, S10, S15}
+{S0, S10, S5, S15}
-change = 2'(now);
+change = now == S10 ? 2'd2 : 2'(now);
//# wrong coin three counts @golden
-      coin == 2'd3: ;
+      coin == 2'd3 && refund: ;
//# wrong sum in two bits @golden
-coin != 2'd0 && 3'(now) + 3'(coin) >= 3'd4
+coin != 2'd0 && 3'(now) + 3'(coin) > 3'd4
//# wrong a coin beside the refund is kept @golden
-      next = S0;
-      change = 2'(now);
+      next = state_t'(coin[0] ? S5 : S0);
+      change = 2'(now);
//# wrong overpaid money stays @one-hot
-1'b0, h[3] | h[2]} | {3'b0, h[3]};
+h[3], h[2]};
