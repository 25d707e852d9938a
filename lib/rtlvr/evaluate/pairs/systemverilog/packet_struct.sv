//# top packet_struct
//# inputs clk rst_n valid word:16
//# outputs kind:2 length:6 ok count:4
//# golden
package packet_pkg;
typedef enum logic [1:0] {IDLE_P = 2'b00, DATA_P = 2'b01, CTRL_P = 2'b10, BAD_P = 2'b11} kind_t;
typedef struct packed {
  kind_t kind;
  logic [5:0] length;
  logic [7:0] check;
} header_t;
endpackage
module packet_struct import packet_pkg::*; (input logic clk, rst_n, valid, input header_t word,
                     output kind_t kind, output logic [5:0] length, output logic ok, output logic [3:0] count);
  header_t held;
  logic good;
  always_comb good = word.check == (8'({word.kind, word.length}) ^ 8'h5a) && word.kind != BAD_P;
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      held <= '{kind: IDLE_P, default: '0};
      {ok, count} <= '0;
    end else if (valid) begin
      held <= word;
      ok <= good;
      if (good) count++;
    end
  assign kind = held.kind;
  assign length = held.length;
endmodule
//# right plain Verilog
module packet_struct(input clk, input rst_n, input valid, input [15:0] word, output [1:0] kind, output [5:0] length,
                     output ok, output [3:0] count);
  reg [12:0] state;
  assign {kind, length, ok, count} = state;
  wire good = ((word[15:8] ^ word[7:0]) == 8'h5a) & ~(word[15] & word[14]);
  always @(posedge clk or negedge rst_n)
    if (~rst_n) state <= 13'd0;
    else if (valid) state <= {word[15:8], good, state[3:0] + {3'd0, good}};
endmodule
//# right separate registers
module packet_struct(input clk, input rst_n, input valid, input [15:0] word, output reg [1:0] kind,
                     output reg [5:0] length, output reg ok, output reg [3:0] count);
  wire [7:0] expected = {word[15:14], word[13:8]} ^ 8'b01011010;
  wire fits = expected == word[7:0];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin kind <= 0; length <= 0; end
    else begin kind <= valid ? word[15:14] : kind; length <= valid ? word[13:8] : length; end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin ok <= 0; count <= 0; end
    else if (valid) begin
      ok <= 0;
      case (word[15:14])
        2'd3: ;
        default: if (fits) begin ok <= 1; count <= count + 1; end
      endcase
    end
endmodule
//# wrong fields in another order @golden
-  kind_t kind;
-  logic [5:0] length;
-  logic [7:0] check;
+  logic [7:0] check;
+  kind_t kind;
+  logic [5:0] length;
//# wrong bad kind counted @golden
- && word.kind != BAD_P;
+;
//# wrong the held header is checked @golden
-good = word.check == (8'({word.kind, word.length})
+good = word.check == (8'({held.kind, word.length})
//# wrong kind lost in the check @golden
-(8'({word.kind, word.length}) ^ 8'h5a)
+(8'(word.length) ^ 8'h5a)
//# wrong count stays at fifteen @separate registers
-count <= count + 1;
+count <= &count ? count : count + 1;
//# stimulus
valid = 1; word = 16'h401a; tick(20); word = 16'hc09a; tick(3); word = 16'h8ad0; tick(3);
