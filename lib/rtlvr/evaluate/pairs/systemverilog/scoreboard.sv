//# top scoreboard
//# inputs clk rst_n set:1 clear:1 id:3 who:2
//# outputs busy:8 owner:2 count:4 clash
//# golden
package score_pkg;
  typedef enum logic [1:0] {CPU, DMA, GPU, NOBODY = 2'b11} who_t;
  typedef struct packed {logic busy; who_t owner;} entry_t;
  localparam entry_t EMPTY = '{busy: 1'b0, owner: NOBODY};
  localparam int ENTRIES = 8;
endpackage
module scoreboard(input logic clk, rst_n, set, clear, input logic [2:0] id, input score_pkg::who_t who,
                  output logic [7:0] busy, output score_pkg::who_t owner, output logic [3:0] count, output logic clash);
  import score_pkg::*;
  entry_t [ENTRIES-1:0] entries = {ENTRIES{EMPTY}};
  always_comb begin
    foreach (entries[i]) busy[i] = entries[i].busy;
    owner = entries[id].owner;
    count = 4'($countones(busy));
    clash = set && entries[id].busy && entries[id].owner != who && !clear;
  end
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) entries <= {ENTRIES{EMPTY}};
    else begin
      if (clear) entries[id] <= EMPTY;
      if (set && !clash) entries[id] <= '{busy: 1'b1, owner: who};
    end
endmodule
//# right plain Verilog
module scoreboard(input clk, input rst_n, input set, input clear, input [2:0] id, input [1:0] who,
                  output reg [7:0] busy, output [1:0] owner, output reg [3:0] count, output clash);
  reg [15:0] owners;
  initial begin busy = 8'd0; owners = 16'hffff; end
  wire [1:0] there = owners >> {id, 1'b0};
  wire taken = set & ~clash;
  integer i;
  assign owner = there;
  assign clash = set & ~clear & busy[id] & (there != who);
  always @* begin
    count = 0;
    for (i = 0; i < 8; i = i + 1) count = count + busy[i];
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin busy <= 8'd0; owners <= 16'hffff; end
    else if (taken | clear) begin
      busy[id] <= taken;
      owners[2*id +: 2] <= taken ? who : 2'd3;
    end
endmodule
//# right counted as it goes
module scoreboard(input clk, input rst_n, input set, input clear, input [2:0] id, input [1:0] who,
                  output [7:0] busy, output [1:0] owner, output [3:0] count, output clash);
  reg [2:0] e [0:7];
  reg [3:0] n;
  integer k;
  initial begin
    n = 0;
    for (k = 0; k < 8; k = k + 1) e[k] = 3'b011;
  end
  wire [2:0] now = e[id];
  wire free = !now[2] || now[1:0] == who || clear;
  wire taken = set && free;
  assign busy = {e[7][2], e[6][2], e[5][2], e[4][2], e[3][2], e[2][2], e[1][2], e[0][2]};
  assign owner = now[1:0], count = n, clash = set && !free;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      n <= 0;
      for (k = 0; k < 8; k = k + 1) e[k] <= 3'b011;
    end else begin
      if (taken) begin e[id] <= {1'b1, who}; if (!now[2]) n <= n + 1; end
      else if (clear) begin e[id] <= 3'b011; if (now[2]) n <= n - 1; end
    end
endmodule
//# wrong empty entries belong to the processor @golden
-owner: NOBODY};
+owner: CPU};
//# wrong clear wins over set @golden
-      if (clear) entries[id] <= EMPTY;
-      if (set && !clash) entries[id] <= '{busy: 1'b1, owner: who};
+      if (set && !clash) entries[id] <= '{busy: 1'b1, owner: who};
+      if (clear) entries[id] <= EMPTY;
//# wrong count of three bits @golden
-count = 4'($countones(busy));
+count = 4'(3'($countones(busy)));
//# wrong the same owner clashes @golden
- && entries[id].owner != who && !clear
+ && !clear
//# wrong set again counts twice @counted as it goes
-if (!now[2]) n <= n + 1; end
+n <= n + 1; end
//# wrong a clash overwrites @golden
-if (set && !clash)
+if (set)
//# stimulus
for (outer = 0; outer < 8; outer = outer + 1) begin id = outer; who = outer; set = 1; tick(1); set = 0; tick(1); end
set = 1; clear = 1; id = 3; who = 1; tick(2); clear = 0; who = 2; tick(2);
