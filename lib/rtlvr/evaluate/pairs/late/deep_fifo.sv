//# top deep_fifo
//# inputs clk rst_n push pop d:4
//# outputs q:4 full almost empty overflow
//# params DEPTH=256 AW=8 | DEPTH=1024 AW=10
//# golden
module deep_fifo(input clk, input rst_n, input push, input pop, input [3:0] d, output [3:0] q, output full, output almost,
                 output empty, output reg overflow);
  reg [3:0] mem [0:${DEPTH - 1}];
  reg [${AW}:0] w, r;
  wire [${AW}:0] used = w - r;
  assign full = used == ${DEPTH};
  assign almost = used >= ${DEPTH - 4};
  assign empty = w == r;
  assign q = empty ? 4'd0 : mem[r[${AW - 1}:0]];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin w <= 0; r <= 0; overflow <= 0; end
    else begin
      if (push && !full) w <= w + 1;
      if (pop && !empty) r <= r + 1;
      if (push && full) overflow <= 1;
    end
  always @(posedge clk) if (push && !full) mem[w[${AW - 1}:0]] <= d;
endmodule
//# right level counter
module deep_fifo(input clk, input rst_n, input push, input pop, input [3:0] d, output [3:0] q, output full, output almost,
                 output empty, output overflow);
  reg [3:0] ram [0:${DEPTH - 1}];
  reg [${AW - 1}:0] head, tail;
  reg [${AW}:0] level;
  reg lost;
  wire in = push & (level != ${DEPTH}), out = pop & (level != 0);
  assign full = level[${AW}], empty = ~|level, almost = level > ${DEPTH - 5}, overflow = lost;
  assign q = ram[tail] & {4{|level}};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin head <= 0; tail <= 0; level <= 0; lost <= 0; end
    else begin
      head <= head + in;
      tail <= tail + out;
      if (in & ~out) level <= level + 1;
      else if (out & ~in) level <= level - 1;
      lost <= lost | (push & level[${AW}]);
    end
  always @(posedge clk) if (in) ram[head] <= d;
endmodule
//# wrong full one word early @golden
-assign full = used == ${DEPTH};
+assign full = used == ${DEPTH - 1};
//# wrong almost full one word late @golden
->= ${DEPTH - 4};
+> ${DEPTH - 4};
//# wrong pointers without the extra bit @golden
-assign empty = w == r;
+assign empty = w[${AW - 1}:0] == r[${AW - 1}:0];
//# wrong a word is written over when full @golden
-if (push && !full) mem
+if (push) mem
//# wrong a push with a pop into a full queue loses the count @level counter
-      else if (out & ~in) level
+      else if (out & ~push) level
//# wrong overflow also with a pop @level counter
-(push & level[${AW}])
+(push & level[${AW}] & ~pop)
//# stimulus
d = 5; push = 1; repeat (${DEPTH // 2}) begin d = d + 3; tick(1); end pop = 1; repeat (${DEPTH}) begin d = d + 3; tick(1); end pop = 0;
repeat (${DEPTH // 2}) begin d = d + 7; tick(1); end pop = 1; tick(1); pop = 0; tick(5); push = 0; pop = 1; tick(${DEPTH + 4}); push = 1; pop = 0; tick(${DEPTH}); pop = 1; tick(3); pop = 0;
tick(3); push = 0; tick(1); pop = 1; tick(${DEPTH + 5});
