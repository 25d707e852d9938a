//# top fifo_params
//# inputs clk rst_n push pop d:8
//# outputs q:8 level:3 full empty bad
//# golden
module fifo_params #(parameter type T = logic [7:0], parameter int unsigned DEPTH = 5, localparam int PW = $clog2(DEPTH))
  (input logic clk, rst_n, push, pop, input T d, output T q, output logic [$clog2(DEPTH + 1)-1:0] level,
   output logic full, empty, bad);
  T [DEPTH-1:0] store;
  logic [PW-1:0] head, tail;
  function automatic logic [PW-1:0] after(input logic [PW-1:0] p);
    return p == PW'(DEPTH - 1) ? '0 : p + 1'b1;
  endfunction
  wire do_push = push && (!full || pop), do_pop = pop && !empty;
  assign full = level == DEPTH, empty = level == 0, q = empty ? '0 : store[tail];
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) {head, tail, level, bad} <= '0;
    else begin
      if (do_push) begin head <= after(head); end
      if (do_pop) tail <= after(tail);
      case ({do_push, do_pop})
        2'b10: level <= level + 1'b1;
        2'b01: level <= level - 1'b1;
        default:;
      endcase
      bad <= (push && !do_push) || (pop && empty);
    end
  always_ff @(posedge clk) if (do_push) store[head] <= d;
  a_level: assert property (@(posedge clk) disable iff (!rst_n) level <= DEPTH);
endmodule
//# right plain Verilog
module fifo_params(input clk, input rst_n, input push, input pop, input [7:0] d, output [7:0] q, output [2:0] level,
                   output full, output empty, output reg bad);
  reg [7:0] m0, m1, m2, m3, m4;
  reg [2:0] n;
  wire [4:0] have = {n > 4, n > 3, n > 2, n > 1, n > 0};
  assign level = n, full = have[4], empty = ~have[0], q = m0 & {8{have[0]}};
  wire in = push & (~full | pop), out = pop & ~empty;
  wire [2:0] place = n - out;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 0; bad <= 0; end
    else begin n <= n + in - out; bad <= (push & ~in) | (pop & empty); end
  always @(posedge clk) begin
    m0 <= in && place == 0 ? d : out ? m1 : m0;
    m1 <= in && place == 1 ? d : out ? m2 : m1;
    m2 <= in && place == 2 ? d : out ? m3 : m2;
    m3 <= in && place == 3 ? d : out ? m4 : m3;
    m4 <= in && place == 4 ? d : m4;
  end
endmodule
//# right two pointers without a level
module fifo_params(input clk, input rst_n, input push, input pop, input [7:0] d, output [7:0] q, output reg [2:0] level,
                   output full, output empty, output reg bad);
  reg [7:0] mem [0:4];
  reg [3:0] w, r;  // place and lap
  wire same = w[2:0] == r[2:0];
  assign empty = same & (w[3] == r[3]);
  assign full = same & (w[3] != r[3]);
  assign q = empty ? 8'd0 : mem[r[2:0]];
  function [3:0] step(input [3:0] p);
    step = p[2:0] == 3'd4 ? {~p[3], 3'd0} : p + 4'd1;
  endfunction
  always @* begin
    level = w[2:0] - r[2:0];
    if (w[3] != r[3]) level = w[2:0] - r[2:0] + 5;
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin w <= 0; r <= 0; bad <= 0; end
    else begin
      bad <= (push & full & ~pop) | (pop & empty);
      if (push && (!full || pop)) w <= step(w);
      if (pop && !empty) r <= step(r);
    end
  always @(posedge clk) if (push && (!full || pop)) mem[w[2:0]] <= d;
endmodule
//# wrong depth six @golden
-DEPTH = 5,
+DEPTH = 6,
//# wrong no push into a full queue that pops @golden
-push && (!full || pop),
+push && !full,
//# wrong pointer wraps a place late @golden
-PW'(DEPTH - 1) ? '0
+PW'(DEPTH) ? '0
//# wrong level grows on push and pop @golden
-        2'b10: level
+        2'b10, 2'b11: level
//# wrong old word at the output when empty @golden
-q = empty ? '0 : store[tail];
+q = store[tail];
//# wrong the newest word is lost on push and pop @plain Verilog
-    m0 <= in && place == 0 ? d : out ? m1 : m0;
+    m0 <= out ? m1 : in && place == 0 ? d : m0;
