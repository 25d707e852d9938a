//# top request_retry
//# inputs clk rst_n go ack
//# outputs req done failed tries:3
//# params T=200 MAX=3 | T=5000 MAX=4 | T=60000 MAX=5
//# golden
module request_retry(input clk, input rst_n, input go, input ack, output reg req, output reg done, output reg failed,
                     output reg [2:0] tries);
  localparam IDLE = 2'd0, WAIT = 2'd1, PAUSE = 2'd2;
  reg [1:0] state;
  reg [20:0] n;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin state <= IDLE; n <= 0; req <= 0; done <= 0; failed <= 0; tries <= 0; end
    else begin
      done <= state == WAIT && ack;
      failed <= state == WAIT && !ack && n == ${T - 1} && tries == ${MAX};
      case (state)
        IDLE: if (go) begin state <= WAIT; req <= 1; tries <= 1; n <= 0; end
        WAIT:
          if (ack) begin state <= IDLE; req <= 0; end
          else if (n == ${T - 1}) begin
            req <= 0; n <= 0;
            if (tries == ${MAX}) state <= IDLE;
            else state <= PAUSE;
          end else n <= n + 1;
        default:
          if (n == (21'd${T // 8} << tries) - 1) begin state <= WAIT; req <= 1; n <= 0; tries <= tries + 1; end
          else n <= n + 1;
      endcase
    end
endmodule
//# right down-counter and flags
module request_retry(input clk, input rst_n, input go, input ack, output req, output done, output failed, output [2:0] tries);
  reg asking, pausing, fine, bad;
  reg [2:0] t;
  reg [20:0] left;
  wire over = left == 0;
  assign {req, done, failed, tries} = {asking, fine, bad, t};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin {asking, pausing, fine, bad, t} <= 0; left <= 0; end
    else begin
      {fine, bad} <= 0;
      left <= left - 1;
      if (asking & ack) begin asking <= 0; fine <= 1; end
      else if (asking & over) begin
        asking <= 0;
        if (t == ${MAX}) bad <= 1;
        else begin pausing <= 1; left <= (21'd${T // 8} << t) - 1; end
      end else if (pausing & over) begin pausing <= 0; asking <= 1; t <= t + 1; left <= ${T - 1}; end
      else if (!asking && !pausing && go) begin asking <= 1; t <= 1; left <= ${T - 1}; end
    end
endmodule
//# right doubled pause kept in a register
module request_retry(input clk, input rst_n, input go, input ack, output req, output reg done, output reg failed,
                     output reg [2:0] tries);
  reg [2:0] s;
  reg [20:0] n, pause;
  assign req = s[1];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin s <= 3'b001; n <= 0; pause <= 0; done <= 0; failed <= 0; tries <= 0; end
    else begin
      done <= s[1] & ack;
      failed <= 0;
      n <= n + 1;
      if (s[0] & go) begin s <= 3'b010; n <= 1; tries <= 1; pause <= ${T // 8 * 2}; end
      if (s[1]) begin
        if (ack) s <= 3'b001;
        else if (n == ${T}) begin
          n <= 1;
          s <= tries == ${MAX} ? 3'b001 : 3'b100;
          failed <= tries == ${MAX};
        end
      end
      if (s[2] && n == pause) begin s <= 3'b010; n <= 1; pause <= pause + pause; tries <= tries + 1; end
    end
endmodule
//# wrong one try too many @golden
-tries == ${MAX};
+tries == ${MAX + 1};
-tries == ${MAX})
+tries == ${MAX + 1})
//# wrong pause not doubled after the second @golden
-(21'd${T // 8} << tries)
+(21'd${T // 8} << (tries > 2 ? 2 : tries))
//# wrong an answer at the last clock is too late @golden
-      done <= state == WAIT && ack;
-      failed <= state == WAIT && !ack && n
+      done <= state == WAIT && ack && n != ${T - 1};
+      failed <= state == WAIT && n
-          if (ack) begin state
+          if (ack && n != ${T - 1}) begin state
//# wrong time goes on over the pause @doubled pause kept in a register
-      if (s[2] && n == pause) begin s <= 3'b010; n <= 1;
+      if (s[2] && n == pause) begin s <= 3'b010; n <= tries == 2 ? 2 : 1;
//# wrong tries not counted anew @down-counter and flags
-asking <= 1; t <= 1; left
+asking <= 1; t <= t == ${MAX} ? 2 : 1; left
//# stimulus
go = 1; tick(1); go = 0; tick(${T - 1}); ack = 1; tick(1); ack = 0; tick(10);
repeat (2) begin go = 1; tick(1); go = 0; tick(${T * MAX + T // 8 * (1 << (MAX + 1)) + 50}); end
