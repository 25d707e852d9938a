//# top bits_functions
//# inputs v:10 limit:4
//# outputs first:4 ones:4 onehot enough parity run:4
//# golden
module bits_functions #(parameter int W = 10, localparam int L = $clog2(W + 1))
  (input logic [W-1:0] v, input logic [3:0] limit, output logic [L-1:0] first, ones, output logic onehot, enough, parity,
   output logic [L-1:0] run);
  function automatic logic [L-1:0] lowest(input logic [W-1:0] x);
    for (int i = 0; i < W; i++) if (x[i]) return L'(i);
    return L'(W);
  endfunction
  function automatic int longest(input logic [W-1:0] x, input logic what = 1'b1);
    int best = 0, n = 0;
    for (int i = 0; i < $bits(x); i++) begin
      if (x[i] !== what) begin n = 0; continue; end
      n++;
      if (n > best) best = n;
      if (best == 6) break;
    end
    return best;
  endfunction
  assign first = lowest(v), ones = L'($countones(v)), onehot = $onehot(v);
  assign enough = $countones(v) >= limit, parity = ^v, run = L'(longest(.x(v)));
endmodule
//# right plain Verilog
module bits_functions(input [9:0] v, input [3:0] limit, output reg [3:0] first, output reg [3:0] ones, output onehot,
                      output enough, output parity, output [3:0] run);
  integer i;
  wire [9:0] r2 = v & (v >> 1), r3 = r2 & (v >> 2), r4 = r3 & (v >> 3), r5 = r4 & (v >> 4), r6 = r5 & (v >> 5);
  always @* begin
    first = 4'd10;
    ones = 4'd0;
    for (i = 9; i >= 0; i = i - 1) begin
      if (v[i]) first = i;
      ones = ones + {3'd0, v[i]};
    end
  end
  assign onehot = (v != 0) && ((v & (v - 10'd1)) == 0);
  assign enough = !(ones < limit);
  assign parity = ones[0];
  assign run = (|v) + (|r2) + (|r3) + (|r4) + (|r5) + (|r6);
endmodule
//# right casez and a sum
module bits_functions(input [9:0] v, input [3:0] limit, output reg [3:0] first, output [3:0] ones, output onehot,
                      output enough, output parity, output reg [3:0] run);
  reg [3:0] n;
  integer i;
  always @*
    casez (v)
      10'b?????????1: first = 0;
      10'b????????10: first = 1;
      10'b???????100: first = 2;
      10'b??????1000: first = 3;
      10'b?????10000: first = 4;
      10'b????100000: first = 5;
      10'b???1000000: first = 6;
      10'b??10000000: first = 7;
      10'b?100000000: first = 8;
      10'b1000000000: first = 9;
      default: first = 10;
    endcase
  assign ones = v[0] + v[1] + v[2] + v[3] + v[4] + v[5] + v[6] + v[7] + v[8] + v[9];
  assign onehot = ones == 1, enough = ones >= limit, parity = v[9] ^ ^v[8:0];
  always @* begin
    run = 0; n = 0;
    for (i = 0; i < 10; i = i + 1) begin
      n = v[i] ? n + 4'd1 : 4'd0;
      if (n > run && run != 6) run = n;
    end
  end
endmodule
//# wrong highest bit instead of the lowest @golden
-for (int i = 0; i < W; i++) if (x[i]) return
+for (int i = W - 1; i >= 0; i--) if (x[i]) return
//# wrong break left out @golden
-      if (best == 6) break;
+
//# wrong nothing found gives nine @golden
-return L'(W);
+return L'(W - 1);
//# wrong default argument @golden
-logic what = 1'b1
+logic what = 1'b0
//# wrong continue without a new start @golden
-begin n = 0; continue; end
+continue;
//# wrong one-hot or nothing @golden
-$onehot(v)
+$onehot0(v)
//# wrong more than, not at least @plain Verilog
-!(ones < limit)
+ones > limit
//# stimulus
every(16384);
