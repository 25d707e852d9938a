//# top traffic
//# inputs clk rst_n button night
//# outputs cars:3 people:2 wait_lamp
//# params PRE=25 G=30 Y=3 R=20 | PRE=400 G=45 Y=4 R=25 | PRE=20000 G=20 Y=3 R=12
//# golden
module traffic(input clk, input rst_n, input button, input night, output [2:0] cars, output [1:0] people,
               output wait_lamp);
  localparam GREEN = 0, YELLOW = 1, RED = 2, BACK = 3, BLINK = 4;
  reg [2:0] state;
  reg [15:0] pre;
  reg [6:0] sec;
  reg wanted;
  wire second = pre == ${PRE - 1};
  assign wait_lamp = wanted;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin state <= GREEN; pre <= 0; sec <= 0; wanted <= 0; end
    else begin
      pre <= second ? 0 : pre + 1;
      if (button && state != RED) wanted <= 1;
      if (second) begin
        sec <= sec + 1;
        case (state)
          GREEN:
            if (night) begin state <= BLINK; sec <= 0; end
            else if (sec >= ${G - 1} && wanted) begin state <= YELLOW; sec <= 0; end
            else if (sec == ${G}) sec <= ${G};
          YELLOW: if (sec == ${Y - 1}) begin state <= RED; sec <= 0; wanted <= 0; end
          RED: if (sec == ${R - 1}) begin state <= BACK; sec <= 0; end
          BACK: if (sec == ${Y - 1}) begin state <= GREEN; sec <= 0; end
          default: if (!night) begin state <= BACK; sec <= 0; end
        endcase
      end
    end
  assign cars = state == GREEN ? 3'b001 : state == YELLOW ? 3'b010 : state == RED ? 3'b100 : state == BACK ? 3'b110 :
                {1'b0, sec[0], 1'b0};
  assign people = {state == GREEN || state == YELLOW || state == BACK, state == RED};
endmodule
//# right down-counters and one-hot states
module traffic(input clk, input rst_n, input button, input night, output [2:0] cars, output [1:0] people, output wait_lamp);
  reg [4:0] s;
  reg [15:0] pre;
  reg [6:0] left;
  reg flash, w;
  wire t = pre == 0;
  wire over = left == 0;
  wire g_night = t & s[0] & night, g_end = t & s[0] & ~night & over & w;
  wire y_end = t & s[1] & over, r_end = t & s[2] & over, b_end = t & s[3] & over, n_end = t & s[4] & ~night;
  assign cars = {s[2] | s[3], s[1] | s[3] | (s[4] & flash), s[0]};
  assign people = {s[0] | s[1] | s[3], s[2]};
  assign wait_lamp = w;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin s <= 5'b00001; pre <= ${PRE - 1}; left <= ${G - 1}; flash <= 0; w <= 0; end
    else begin
      pre <= t ? ${PRE - 1} : pre - 1;
      w <= (w | (button & ~s[2])) & ~y_end;
      if (t) begin left <= over ? 0 : left - 1; flash <= ~flash; end
      if (g_night) begin s <= 5'b10000; flash <= 0; end
      if (g_end) begin s <= 5'b00010; left <= ${Y - 1}; end
      if (y_end) begin s <= 5'b00100; left <= ${R - 1}; end
      if (r_end | n_end) begin s <= 5'b01000; left <= ${Y - 1}; end
      if (b_end) begin s <= 5'b00001; left <= ${G - 1}; end
    end
endmodule
//# wrong green a second short @golden
-sec >= ${G - 1} && wanted
+sec >= ${G - 2} && wanted
//# wrong seconds wrap during a long green @golden
-            else if (sec == ${G}) sec <= ${G};
+            else if (sec == ${G + G}) sec <= 0;
//# wrong button during red counts @down-counters and one-hot states
-button & ~s[2])
+button)
//# wrong night only from red @golden
-            if (night) begin
+            if (night && sec < ${G}) begin
//# wrong red and yellow as long as red @golden
-          BACK: if (sec == ${Y - 1})
+          BACK: if (sec == ${Y})
//# wrong request kept over red @golden
-state <= RED; sec <= 0; wanted <= 0; end
+state <= RED; sec <= 0; wanted <= button; end
//# stimulus
tick(${PRE * (G + 8)}); tick(${PRE * (G + 8)}); button = 1; tick(1); button = 0; tick(${PRE * 2}); button = 1; tick(${PRE * Y}); button = 0;
tick(${PRE * (R + 2 * Y + G)}); night = 1; tick(${PRE * 6}); night = 0; tick(${PRE * (Y + G // 2)}); button = 1; tick(1); button = 0;
tick(${PRE * (R + 3 * Y + G)});  tick(${PRE * (G + 5)}); night = 1; tick(${PRE * (G + R)});
