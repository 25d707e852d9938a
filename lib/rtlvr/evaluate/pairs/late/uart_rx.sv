//# top uart_rx
//# inputs clk rst_n rx
//# outputs data:8 valid error
//# params DIV=16 PAR=0 | DIV=104 PAR=1 | DIV=868 PAR=1
//# golden
module uart_rx(input clk, input rst_n, input rx, output reg [7:0] data, output reg valid, output reg error);
  localparam DIV = ${DIV};
  localparam IDLE = 0, START = 1, DATA = 2, PAR = 3, STOP = 4;
  reg [2:0] state;
  reg [9:0] n;
  reg [2:0] bit_no;
  reg [7:0] shift;
  reg odd;
  reg s0, s1;
  wire last = state == STOP && n == DIV - 1;
  wire good = last && s1${' && !odd' if PAR else ''};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {s1, s0} <= 2'b11;
    else {s1, s0} <= {s0, rx};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      state <= IDLE; n <= 0; bit_no <= 0; shift <= 0; data <= 0; valid <= 0; error <= 0; odd <= 0;
    end else begin
      valid <= good;
      error <= last && !good;
      case (state)
        IDLE: if (!s1) begin state <= START; n <= 0; end
        START:
          if (n == DIV / 2 - 1) begin
            n <= 0; bit_no <= 0; odd <= 0;
            state <= s1 ? IDLE : DATA;
          end else n <= n + 1;
        DATA:
          if (n == DIV - 1) begin
            n <= 0;
            shift <= {s1, shift[7:1]};
            odd <= odd ^ s1;
            bit_no <= bit_no + 1;
            if (bit_no == 7) state <= ${'PAR' if PAR else 'STOP'};
          end else n <= n + 1;
        PAR:
          if (n == DIV - 1) begin n <= 0; odd <= odd ^ s1; state <= STOP; end
          else n <= n + 1;
        default:
          if (n == DIV - 1) begin
            state <= IDLE;
            n <= 0;
            if (good) data <= shift;
          end else n <= n + 1;
      endcase
    end
endmodule
//# right one counter for the whole frame
module uart_rx(input clk, input rst_n, input rx, output [7:0] data, output valid, output error);
  localparam DIV = ${DIV};
  localparam SLOTS = ${9 + PAR};
  reg active;
  reg [9:0] down;
  reg [3:0] slot;
  reg [${8 + PAR - 1}:0] bits;
  reg [7:0] data_r;
  reg valid_r, error_r;
  reg [1:0] sync;
  assign data = data_r;
  assign valid = valid_r;
  assign error = error_r;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      sync <= 2'b11; active <= 1'b0; down <= 10'd0; slot <= 4'd0; bits <= 0;
      data_r <= 8'd0; valid_r <= 1'b0; error_r <= 1'b0;
    end else begin
      sync <= {sync[0], rx};
      valid_r <= 1'b0;
      error_r <= 1'b0;
      if (!active) begin
        if (~sync[1]) begin active <= 1'b1; down <= DIV / 2 - 1; slot <= 4'd0; end
      end else if (down != 0) down <= down - 10'd1;
      else begin
        down <= DIV - 1;
        slot <= slot + 4'd1;
        if (slot == 0) active <= ~sync[1];
        else if (slot < SLOTS) bits <= {sync[1], bits[${8 + PAR - 1}:1]};
        else begin
          active <= 1'b0;
          if (sync[1]${' & ~^bits' if PAR else ''}) begin data_r <= bits[7:0]; valid_r <= 1'b1; end
          else error_r <= 1'b1;
        end
      end
    end
endmodule
//# right one-hot states and next-state logic
module uart_rx(input clk, input rst_n, input rx, output reg [7:0] data, output reg valid, output reg error);
  reg [4:0] hot, hot_d;
  reg [9:0] n, n_d;
  reg [7:0] ring, ring_d;
  reg [7:0] sh, sh_d, data_d;
  reg p, p_d, a, b, valid_d, error_d;
  wire full = (n == ${DIV - 1});
  wire half = (n == ${DIV // 2 - 1});
  wire good = b${' & ~p' if PAR else ''};
  always @* begin
    hot_d = hot; ring_d = ring; sh_d = sh; p_d = p; data_d = data; valid_d = 1'b0; error_d = 1'b0;
    n_d = full ? 10'd0 : n + 10'd1;
    if (hot[0]) begin n_d = b ? n : 10'd0; if (!b) hot_d = 5'b00010; end
    if (hot[1] && half) begin n_d = 0; ring_d = 8'd1; p_d = 0; hot_d = b ? 5'b00001 : 5'b00100; end
    if (hot[2] && full) begin
      sh_d = {b, sh[7:1]}; p_d = p ^ b; ring_d = {ring[6:0], 1'b0};
      if (ring[7]) hot_d = ${"5'b01000" if PAR else "5'b10000"};
    end
    if (hot[3] && full) begin p_d = p ^ b; hot_d = 5'b10000; end
    if (hot[4] && full) begin
      hot_d = 5'b00001;
      if (good) begin data_d = sh; valid_d = 1'b1; end else error_d = 1'b1;
    end
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      hot <= 5'b00001; n <= 0; ring <= 8'd1; sh <= 0; p <= 0; data <= 0; valid <= 0; error <= 0; a <= 1; b <= 1;
    end else begin
      hot <= hot_d; n <= n_d; ring <= ring_d; sh <= sh_d; p <= p_d; data <= data_d; valid <= valid_d; error <= error_d;
      a <= rx; b <= a;
    end
endmodule
//# wrong start bit sampled a whole bit late @golden
-          if (n == DIV / 2 - 1) begin
+          if (n == DIV - 1) begin
//# wrong broken stop bit accepted @one counter for the whole frame
-          if (sync[1]${' & ~^bits' if PAR else ''}) begin
+          if (${'~^bits' if PAR else "1'b1"}) begin
//# wrong no look at the start bit's middle @golden
-            state <= s1 ? IDLE : DATA;
+            state <= DATA;
//# wrong error not counted as the end @one-hot states and next-state logic
-      hot_d = 5'b00001;
-      if (good)
+      hot_d = good ? 5'b00001 : 5'b10000;
+      if (good)
//# wrong most significant bit first @golden
-            shift <= {s1, shift[7:1]};
+            shift <= {shift[6:0], s1};
//# stimulus
rx = 1; tick(5);
for (outer = 0; outer < 4; outer = outer + 1) begin
  rx = 0; tick(${DIV});
  for (inner = 0; inner < 8; inner = inner + 1) begin rx = (8'h3d + outer * 37) >> inner; tick(${DIV}); end
  if (${PAR}) begin rx = ^((8'h3d + outer * 37) & 8'hff) ^ (outer == 2); tick(${DIV}); end
  rx = outer != 3; tick(${DIV}); rx = 1; tick(${DIV * 3});
end
rx = 0; tick(${DIV // 4}); rx = 1; tick(${DIV * 12});
