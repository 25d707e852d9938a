//# top union_view
//# inputs clk rst mode:2 raw:16
//# outputs result:16
//# golden
module union_view(input logic clk, rst, input logic [1:0] mode, input logic [15:0] raw, output logic [15:0] result);
  typedef union packed {
    logic [15:0] word;
    logic [1:0][7:0] bytes;
    struct packed {logic sign; logic [4:0] exponent; logic [9:0] fraction;} half;
  } view_t;
  view_t in_v, out_v;
  assign in_v.word = raw;
  always_ff @(posedge clk) begin
    if (rst) out_v.word <= 16'hffff;
    else case (mode)
      2'd0: out_v.bytes <= {in_v.bytes[0], in_v.bytes[1]};
      2'd1: out_v.half <= '{sign: ~in_v.half.sign, exponent: in_v.half.exponent, fraction: in_v.half.fraction};
      2'd2: out_v.half.exponent <= in_v.half.exponent + 5'd1;
      2'd3: out_v.word <= {<<4{in_v.word}};
    endcase
  end
  assign result = out_v.word;
endmodule
//# right plain Verilog
module union_view(input clk, input rst, input [1:0] mode, input [15:0] raw, output reg [15:0] result);
  wire [4:0] up = raw[14:10] + 5'd1;
  always @(posedge clk)
    if (rst) result <= 16'hffff;
    else if (mode == 2'd0) result <= {raw[7:0], raw[15:8]};
    else if (mode == 2'd1) result <= raw ^ 16'h8000;
    else if (mode == 2'd2) result <= {result[15], up, result[9:0]};
    else result <= {raw[3:0], raw[7:4], raw[11:8], raw[15:12]};
endmodule
//# right next value apart
module union_view(input clk, input rst, input [1:0] mode, input [15:0] raw, output [15:0] result);
  reg [15:0] q, d;
  integer i;
  assign result = q;
  always @* begin
    d = q;
    case (mode)
      0: begin d[15:8] = raw[7:0]; d[7:0] = raw[15:8]; end
      1: d = {!raw[15], raw[14:0]};
      2: d[14:10] = raw[14:10] - 5'h1f;
      3: for (i = 0; i < 4; i = i + 1) d[4*i +: 4] = raw[12-4*i +: 4];
    endcase
    if (rst) d = ~16'd0;
  end
  always @(posedge clk) q <= d;
endmodule
//# wrong bytes not swapped @golden
-{in_v.bytes[0], in_v.bytes[1]}
+{in_v.bytes[1], in_v.bytes[0]}
//# wrong bits streamed instead of nibbles @golden
-{<<4{in_v.word}}
+{<<{in_v.word}}
//# wrong exponent one bit narrow @golden
-logic [4:0] exponent; logic [9:0] fraction
+logic [3:0] exponent; logic [10:0] fraction
//# wrong other fields overwritten @golden
-out_v.half.exponent <= in_v.half.exponent + 5'd1;
+out_v.word <= in_v.word + 16'h0400;
//# wrong reset value @plain Verilog
-16'hffff
+16'h0000
