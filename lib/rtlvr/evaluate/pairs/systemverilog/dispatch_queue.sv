//# top dispatch_queue
//# inputs clk rst_n issue op:2 tag:3 finish:2
//# outputs busy:4 who:3 ready oldest:2
//# golden
package dispatch_pkg;
  typedef enum logic [1:0] {FAST = 2'b00, MUL = 2'b01, DIV = 2'b10, MEM = 2'b11} unit_t;
  typedef logic [2:0] tag_t;
  typedef struct packed {logic busy; tag_t tag; logic [3:0] left;} slot_t;
  localparam logic [3:0] LATENCY [4] = '{FAST: 4'd1, MUL: 4'd3, DIV: 4'd9, MEM: 4'd0};
endpackage
module dispatch_queue import dispatch_pkg::*; (input logic clk, rst_n, issue, input unit_t op, input tag_t tag,
    input logic [1:0] finish, output logic [3:0] busy, output tag_t who, output logic ready, output logic [1:0] oldest);
  slot_t [3:0] slots;
  always_comb begin
    for (int i = 0; i < 4; i++) busy[i] = slots[i].busy;
    ready = !slots[op].busy;
    who = slots[finish].busy ? slots[finish].tag : '1;
    oldest = 2'd0;
    for (int i = 1; i < 4; i++)
      if (slots[i].busy && (!slots[oldest].busy || slots[i].left < slots[oldest].left)) oldest = 2'(i);
  end
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) slots <= '0;
    else begin
      foreach (slots[i]) if (slots[i].busy) begin
        if (unit_t'(i) == MEM) slots[i].busy <= finish != MEM;
        else if (slots[i].left == 1) slots[i].busy <= 1'b0;
        if (slots[i].left != 0) slots[i].left <= slots[i].left - 4'd1;
      end
      if (issue && ready) slots[op] <= '{busy: 1'b1, tag: tag, left: LATENCY[op]};
    end
endmodule
//# right plain Verilog
module dispatch_queue(input clk, input rst_n, input issue, input [1:0] op, input [2:0] tag, input [1:0] finish,
                      output reg [3:0] busy, output [2:0] who, output ready, output reg [1:0] oldest);
  reg [11:0] tags;
  reg n0;
  reg [1:0] n1;
  reg [3:0] n2;
  wire [2:0] t = tags >> (3 * finish);
  wire take = issue & ready;
  assign ready = ~busy[op];
  assign who = t | {3{~busy[finish]}};
  // how long each still takes; memory counts as none
  wire [3:0] l0 = {3'd0, n0}, l1 = {2'd0, n1};
  reg [3:0] best;
  always @* begin
    oldest = 0;
    best = busy[0] ? l0 : 4'd15;
    if (busy[1] & (l1 < best)) begin oldest = 1; best = l1; end
    if (busy[2] & (n2 < best)) begin oldest = 2; best = n2; end
    if (busy[3] & (0 < best)) oldest = 3;
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin busy <= 0; tags <= 0; n0 <= 0; n1 <= 0; n2 <= 0; end
    else begin
      if (busy[0]) begin n0 <= 0; if (n0) busy[0] <= 0; end
      if (busy[1]) begin n1 <= n1 - 1; if (n1 == 1) busy[1] <= 0; end
      if (busy[2]) begin n2 <= n2 - 1; if (n2 == 1) busy[2] <= 0; end
      if (busy[3] & finish == 3) busy[3] <= 0;
      if (take) begin
        busy[op] <= 1;
        tags[3*op +: 3] <= tag;
        case (op)
          0: n0 <= 1;
          1: n1 <= 3;
          2: n2 <= 9;
          default: ;
        endcase
      end
    end
endmodule
//# wrong a latency by name of the wrong unit @golden
-'{FAST: 4'd1, MUL: 4'd3, DIV: 4'd9, MEM: 4'd0}
+'{FAST: 4'd1, MUL: 4'd9, DIV: 4'd3, MEM: 4'd0}
//# wrong two enum values swapped @golden
-DIV = 2'b10, MEM = 2'b11
+MEM = 2'b10, DIV = 2'b11
//# wrong memory done without finish @golden
-slots[i].busy <= finish != MEM;
+slots[i].busy <= finish == MUL;
//# wrong the later of two wins @golden
-slots[i].left < slots[oldest].left))
+slots[i].left <= slots[oldest].left))
//# wrong tag of idle units zero @golden
-slots[finish].tag : '1;
+slots[finish].tag : '0;
//# wrong division a cycle short @plain Verilog
-2: n2 <= 9;
+2: n2 <= 8;
