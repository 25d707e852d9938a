//# top gray_types
//# inputs clk rst_n up down
//# outputs gray:5 binary:5 edge_o
//# golden
package gray_pkg;
  parameter int N = 5;
  typedef logic [N-1:0] code_t;
  function automatic code_t to_gray(code_t b); return b ^ (b >> 1); endfunction
  function automatic code_t to_binary(code_t g);
    code_t b;
    b[N-1] = g[N-1];
    for (int i = N - 2; i >= 0; i--) b[i] = b[i+1] ^ g[i];
    return b;
  endfunction
endpackage
module gray_types import gray_pkg::*; (input logic clk, rst_n, up, down, output code_t gray, binary, output logic edge_o);
  code_t g_q, b_d;
  assign binary = to_binary(g_q), gray = g_q;
  always_comb begin
    b_d = binary;
    unique0 if (up && !down) b_d++;
    else if (down && !up) b_d--;
  end
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) {g_q, edge_o} <= '0;
    else begin
      g_q <= to_gray(b_d);
      edge_o <= b_d[N-1] != binary[N-1];
    end
endmodule
//# right plain Verilog
module gray_types(input clk, input rst_n, input up, input down, output [4:0] gray, output [4:0] binary, output edge_o);
  reg [4:0] n;
  reg turned;
  wire [4:0] step = {{4{down & ~up}}, up ^ down};
  wire [4:0] next = n + step;
  assign binary = n, gray = {n[4], n[4] ^ n[3], n[3] ^ n[2], n[2] ^ n[1], n[1] ^ n[0]}, edge_o = turned;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 5'd0; turned <= 1'b0; end
    else begin n <= next; turned <= next[4] ^ n[4]; end
endmodule
//# wrong both at once counts up @golden
-if (up && !down) b_d++;
+if (up) b_d++;
//# wrong conversion looks at the code's neighbour @golden
-b[i] = b[i+1] ^ g[i];
+b[i] = g[i+1] ^ g[i];
//# wrong four bits @golden
-parameter int N = 5;
+parameter int N = 4;
//# wrong a wrap is no edge @golden
-b_d[N-1] != binary[N-1];
+b_d[N-1] && !binary[N-1];
//# wrong does not go below zero @plain Verilog
-wire [4:0] next = n + step;
+wire [4:0] next = (n == 0 && step[4]) ? 5'd0 : n + step;
