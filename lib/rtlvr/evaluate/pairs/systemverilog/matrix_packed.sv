//# top matrix_packed
//# inputs m:16 row:2 op:2
//# outputs line:4 turned:16 trace_sum:3
//# golden
module matrix_packed(input logic [3:0][3:0] m, input logic [1:0] row, input logic [1:0] op,
                     output logic [3:0] line, output logic [3:0][3:0] turned, output logic [2:0] trace_sum);
  logic [3:0][3:0] t;
  for (genvar i = 0; i < 4; i++) begin : g_row
    for (genvar j = 0; j < 4; j++) begin : g_col
      assign t[i][j] = m[j][i];
    end
  end
  assign line = m[row];
  always_comb begin
    unique case (op)
      2'd0: turned = t;
      2'd1: foreach (turned[i]) turned[i] = m[3 - i];
      2'd2: turned = {m[0], m[3:1]};
      2'd3: foreach (turned[i, j]) turned[i][j] = t[i][j] ^ m[i][j];
    endcase
    trace_sum = '0;
    foreach (m[i]) trace_sum += 3'(m[i][i]);
  end
endmodule
//# right plain Verilog
module matrix_packed(input [15:0] m, input [1:0] row, input [1:0] op, output [3:0] line, output reg [15:0] turned,
                     output [2:0] trace_sum);
  wire [15:0] t = {m[15], m[11], m[7], m[3], m[14], m[10], m[6], m[2], m[13], m[9], m[5], m[1], m[12], m[8], m[4], m[0]};
  assign line = m >> {row, 2'b00};
  always @*
    case (op)
      2'd0: turned = t;
      2'd1: turned = {m[3:0], m[7:4], m[11:8], m[15:12]};
      2'd2: turned = {m[3:0], m[15:4]};
      default: turned = t ^ m;
    endcase
  assign trace_sum = m[0] + m[5] + m[10] + m[15];
endmodule
//# right loops
module matrix_packed(input [15:0] m, input [1:0] row, input [1:0] op, output reg [3:0] line, output reg [15:0] turned,
                     output reg [2:0] trace_sum);
  integer i, j;
  always @* begin
    trace_sum = 0;
    for (i = 0; i < 4; i = i + 1) begin
      line[i] = m[4 * row + i];
      if (m[5 * i]) trace_sum = trace_sum + 1;
      for (j = 0; j < 4; j = j + 1)
        if (op == 0) turned[4*i + j] = m[4*j + i];
        else if (op == 1) turned[4*i + j] = m[12 - 4*i + j];
        else if (op == 2) turned[4*i + j] = m[(4*i + j + 4) % 16];
        else turned[4*i + j] = m[4*i + j] ^ m[4*j + i];
    end
  end
endmodule
//# wrong transposed twice @golden
-assign t[i][j] = m[j][i];
+assign t[i][j] = m[i][j];
//# wrong columns counted from the other end @golden
-      assign t[i][j] = m[j][i];
+      assign t[i][j] = m[3 - j][3 - i];
//# wrong rotated the other way @golden
-{m[0], m[3:1]}
+{m[2:0], m[3]}
//# wrong the sum in two bits @golden
-trace_sum += 3'(m[i][i]);
+trace_sum = 3'(2'(trace_sum + 3'(m[i][i])));
//# wrong anti-diagonal @golden
-3'(m[i][i])
+3'(m[i][3 - i])
