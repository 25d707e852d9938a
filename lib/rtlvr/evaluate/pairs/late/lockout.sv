//# top lockout
//# inputs clk rst_n key:4 press
//# outputs open locked tries:2
//# params HOLD=3000 OPEN=1000 | HOLD=50000 OPEN=9000 | HOLD=1200000 OPEN=20000
//# golden
module lockout(input clk, input rst_n, input [3:0] key, input press, output open, output locked, output reg [1:0] tries);
  localparam ENTER = 0, OPENED = 1, LOCKED = 2;
  reg [1:0] state, place;
  reg wrong;
  reg [20:0] n;
  wire [15:0] code = 16'h4711;
  wire bad = wrong || key != code[15 - 4 * place -: 4];
  assign open = state == OPENED, locked = state == LOCKED;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin state <= ENTER; place <= 0; wrong <= 0; n <= 0; tries <= 0; end
    else case (state)
      ENTER: begin
        n <= 0;
        if (press) begin
          place <= place + 1;
          wrong <= bad && place != 3;
          if (place == 3) begin
            if (!bad) begin state <= OPENED; tries <= 0; end
            else begin
              tries <= tries == 2 ? 0 : tries + 1;
              if (tries == 2) state <= LOCKED;
            end
          end
        end
      end
      OPENED: if (n == ${OPEN - 1}) state <= ENTER; else n <= n + 1;
      default: if (n == ${HOLD - 1}) state <= ENTER; else n <= n + 1;
    endcase
endmodule
//# right shift register and down-counter
module lockout(input clk, input rst_n, input [3:0] key, input press, output open, output locked, output [1:0] tries);
  reg [11:0] last;
  reg [3:0] place;  // ring
  reg [1:0] t;
  reg [20:0] left;
  reg o, l;
  wire idle = ~(o | l);
  wire full = press & idle & place[3];
  wire good = {last, key} == 16'h4711;
  assign open = o, locked = l, tries = t;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin last <= 0; place <= 4'b0001; t <= 0; left <= 0; o <= 0; l <= 0; end
    else begin
      if (press & idle) begin last <= {last[7:0], key}; place <= {place[2:0], place[3]}; end
      if (left != 0) left <= left - 1;
      else begin o <= 0; l <= 0; end
      if (full & good) begin o <= 1; left <= ${OPEN - 1}; t <= 0; end
      if (full & ~good) begin
        t <= t[1] ? 0 : t + 1;
        if (t[1]) begin l <= 1; left <= ${HOLD - 1}; end
      end
    end
endmodule
//# wrong unlocked one clock early @golden
-n == ${HOLD - 1}
+n == ${HOLD - 2}
//# wrong tries kept after opening @golden
-state <= OPENED; tries <= 0; end
+state <= OPENED; end
//# wrong a key during the lock counts @shift register and down-counter
-      if (press & idle) begin
+      if (press & (idle | (l & left == 5))) begin
//# wrong locked again at once after the lock @golden
-              tries <= tries == 2 ? 0 : tries + 1;
+              tries <= tries == 2 ? 2 : tries + 1;
//# wrong last digit not looked at after a lock @shift register and down-counter
-      else begin o <= 0; l <= 0; end
+      else begin o <= 0; l <= 0; if (l) place <= 4'b0010; end
//# stimulus
press = 1; key = 1; tick(8); key = 4; tick(1); key = 7; tick(1); key = 1; tick(2); press = 0; tick(${OPEN + 9});
press = 1; key = 2; tick(12); tick(${HOLD + 40}); press = 0; tick(${HOLD + 9}); repeat (2) begin press = 1; key = 4; tick(1); key = 7; tick(1); key = 1; tick(2); press = 0; tick(${OPEN + 5}); end
