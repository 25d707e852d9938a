//# top uart_tx
//# inputs clk rst_n start data:8
//# outputs tx busy
//# params DIV=16 PAR=0 STOP=1 | DIV=104 PAR=1 STOP=1 | DIV=434 PAR=1 STOP=2 | DIV=868 PAR=0 STOP=2
//# golden
module uart_tx(input clk, input rst_n, input start, input [7:0] data, output reg tx, output busy);
  localparam DIV = ${DIV};
  localparam BITS = ${9 + PAR + STOP};
  reg [9:0] baud;
  reg [3:0] index;
  reg [7:0] held;
  reg running;
  assign busy = running;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      baud <= 0; index <= 0; held <= 0; running <= 0; tx <= 1;
    end else if (!running) begin
      tx <= 1;
      if (start) begin
        running <= 1; held <= data; baud <= 0; index <= 0; tx <= 0;
      end
    end else if (baud == DIV - 1) begin
      baud <= 0;
      if (index == BITS - 1) running <= 0;
      index <= index + 1;
      if (index < 8) tx <= held[index[2:0]];
      else if (${PAR} && index == 8) tx <= ^held;
      else tx <= 1;
    end else
      baud <= baud + 1;
endmodule
//# right shift register and down-counter
module uart_tx(input clk, input rst_n, input start, input [7:0] data, output tx, output busy);
  reg [${8 + PAR + STOP}:0] frame;
  reg [${8 + PAR + STOP}:0] left;
  reg [9:0] wait_for;
  assign tx = frame[0];
  assign busy = left[0];
  wire last = wait_for == 10'd0;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      frame <= {${9 + PAR + STOP}{1'b1}};
      left <= 0;
      wait_for <= 0;
    end else if (!left[0]) begin
      if (start) begin
        frame <= {{${STOP}{1'b1}}, ${'^data, ' if PAR else ''}data, 1'b0};
        left <= {${9 + PAR + STOP}{1'b1}};
        wait_for <= 10'd${DIV - 1};
      end
    end else if (last) begin
      wait_for <= 10'd${DIV - 1};
      frame <= {1'b1, frame[${8 + PAR + STOP}:1]};
      left <= {1'b0, left[${8 + PAR + STOP}:1]};
    end else
      wait_for <= wait_for - 10'd1;
endmodule
//# right two processes
module uart_tx(input wire clk, input wire rst_n, input wire start, input wire [7:0] data, output wire tx, output wire busy);
  localparam IDLE = 3'd0, START = 3'd1, DATA = 3'd2, PARITY = 3'd3, STOP = 3'd4;
  reg [2:0] state, next;
  reg [2:0] place, place_next;
  reg [9:0] n, n_next;
  reg [7:0] store, store_next;
  reg line, line_next, stops, stops_next;
  assign tx = line;
  assign busy = state != IDLE;
  always @* begin
    next = state; place_next = place; n_next = n + 10'd1; store_next = store; line_next = line; stops_next = stops;
    if (state == IDLE) begin
      n_next = 0; place_next = 0; stops_next = 0;
      if (start) begin next = START; store_next = data; line_next = 0; end
    end else if (n == 10'd${DIV - 1}) begin
      n_next = 0;
      case (state)
        START: begin next = DATA; line_next = store[0]; end
        DATA: begin
          place_next = place + 3'd1;
          line_next = store[place + 3'd1];
          if (place == 3'd7) begin next = ${'PARITY' if PAR else 'STOP'}; line_next = ${'^store' if PAR else "1'b1"}; end
        end
        PARITY: begin next = STOP; line_next = 1; end
        default: begin
          line_next = 1; stops_next = 1;
          if (stops == 1'b${STOP - 1}) next = IDLE;
        end
      endcase
    end
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin state <= IDLE; place <= 0; n <= 0; store <= 0; line <= 1; stops <= 0; end
    else begin state <= next; place <= place_next; n <= n_next; store <= store_next; line <= line_next; stops <= stops_next; end
endmodule
//# wrong stop bit a clock short @shift register and down-counter
-    end else if (last) begin
-      wait_for <= 10'd${DIV - 1};
+    end else if (last) begin
+      wait_for <= 10'd${DIV - 1} - (left[${8 + PAR + STOP}:1] == 1);
//# wrong last bit sent from the data input @golden
-tx <= held[index[2:0]];
+tx <= index == 7 ? data[7] : held[index[2:0]];
//# wrong seventh bit twice @two processes
-          line_next = store[place + 3'd1];
+          line_next = store[place == 3'd6 ? 3'd6 : place + 3'd1];
//# wrong a start during the last bit restarts @golden
-    end else if (baud == DIV - 1) begin
+    end else if (index == BITS - 1 && baud == DIV / 2 && start) begin baud <= 0; index <= 0; tx <= 0; held <= data;
+    end else if (baud == DIV - 1) begin
//# stimulus
repeat (3) begin
  data = 8'h4d; start = 1; tick(1); start = 0; data = 8'hb2;
  tick(${DIV * (9 + PAR + STOP) - DIV // 2 - 4}); start = 1; data = 8'h83; tick(${DIV // 2}); start = 0; tick(40);
end
start = 1; noise(${14 * DIV}); start = 0; tick(${13 * DIV});
