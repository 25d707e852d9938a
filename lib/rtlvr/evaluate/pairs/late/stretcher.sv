//# top stretcher
//# inputs clk rst_n pulse hold
//# outputs out expired
//# params N=500 | N=12000 | N=400000
//# golden
module stretcher(input clk, input rst_n, input pulse, input hold, output out, output reg expired);
  reg [18:0] left;
  reg was;
  wire edge_now = pulse & ~was;
  assign out = left != 0;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin left <= 0; was <= 0; expired <= 0; end
    else begin
      was <= pulse;
      expired <= left == 1 && !hold && !edge_now;
      if (edge_now) left <= ${N};
      else if (out && !hold) left <= left - 1;
    end
endmodule
//# right counts up while active
module stretcher(input clk, input rst_n, input pulse, input hold, output out, output expired);
  reg [18:0] n;
  reg active, d, e;
  assign out = active, expired = e;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 0; active <= 0; d <= 0; e <= 0; end
    else begin
      d <= pulse;
      e <= 0;
      if (pulse && !d) begin active <= 1; n <= 0; end
      else if (active && !hold) begin
        if (n == ${N - 1}) begin active <= 0; e <= 1; end
        n <= n + 1;
      end
    end
endmodule
//# right two processes
module stretcher(input clk, input rst_n, input pulse, input hold, output reg out, output reg expired);
  reg [18:0] c, c_n;
  reg p, out_n, exp_n;
  always @* begin
    c_n = c; out_n = out; exp_n = 1'b0;
    casez ({pulse & ~p, out, hold})
      3'b1??: begin c_n = 19'd1; out_n = 1'b1; end
      3'b010: begin
        c_n = c + 19'd1;
        if (c[18:0] == 19'd${N}) begin out_n = 1'b0; exp_n = 1'b1; end
      end
      default: ;
    endcase
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin c <= 19'd1; out <= 0; expired <= 0; p <= 0; end
    else begin c <= c_n; out <= out_n; expired <= exp_n; p <= pulse; end
endmodule
//# wrong a second pulse does not start again @golden
-if (edge_now) left <= ${N};
+if (edge_now && (!out || left > ${N // 2})) left <= ${N};
//# wrong one clock short @counts up while active
-n == ${N - 1}
+n == ${N - 2}
//# wrong expired in spite of a new pulse @golden
-left == 1 && !hold && !edge_now;
+left == 1 && !hold;
//# wrong hold forgotten at the end @two processes
-      default: ;
+      3'b011: if (c == 19'd${N}) begin out_n = 1'b0; exp_n = 1'b1; end
+      default: ;
//# stimulus
pulse = 1; tick(1); pulse = 0; tick(${N // 2}); hold = 1; tick(20); hold = 0; tick(${N // 4}); pulse = 1; tick(3); pulse = 0; tick(${N + 9});
pulse = 1; tick(1); pulse = 0; tick(${N - 1}); pulse = 1; tick(1); pulse = 0; tick(${N - 1}); hold = 1; tick(3); hold = 0; tick(9);
