//# top stream_reverse
//# inputs a:16 width:2 b:12
//# outputs y:16 crc_in:16 packed_b:12
//# golden
module stream_reverse(input logic [15:0] a, input logic [1:0] width, input logic [11:0] b,
                      output logic [15:0] y, crc_in, output logic [11:0] packed_b);
  typedef struct packed {logic [2:0] red; logic [4:0] green; logic [3:0] blue;} pixel_t;
  pixel_t p;
  logic [15:0] bits, nibbles, bytes;
  assign bits = {<<{a}}, nibbles = {<<4{a}}, bytes = {<<8{a}};
  always_comb
    unique case (width)
      0: y = bits;
      1: y = nibbles;
      2: y = bytes;
      3: y = a;
    endcase
  assign p = b;
  assign packed_b = {p.blue, p.green, p.red};
  assign crc_in = {a[15:8] ^ 8'({<<{a[7:0]}}), 8'({<<{a[15:8]}})};
endmodule
//# right plain Verilog
module stream_reverse(input [15:0] a, input [1:0] width, input [11:0] b, output reg [15:0] y, output [15:0] crc_in,
                      output [11:0] packed_b);
  integer i;
  always @* begin
    y = a;
    for (i = 0; i < 16; i = i + 1)
      case (width)
        2'b00: y[i] = a[15 - i];
        2'b01: y[i] = a[(i & 3) + 12 - (i & 12)];
        2'b10: y[i] = a[i ^ 8];
        default: ;
      endcase
  end
  assign packed_b = {b[3:0], b[8:4], b[11:9]};
  assign crc_in = {a[15] ^ a[0], a[14] ^ a[1], a[13] ^ a[2], a[12] ^ a[3], a[11] ^ a[4], a[10] ^ a[5], a[9] ^ a[6],
                   a[8] ^ a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15]};
endmodule
//# right swap stages
module stream_reverse(input [15:0] a, input [1:0] width, input [11:0] b, output [15:0] y, output [15:0] crc_in,
                      output [11:0] packed_b);
  wire [15:0] s8 = {a[7:0], a[15:8]};
  wire [15:0] s4 = {s8[11:8], s8[15:12], s8[3:0], s8[7:4]};
  wire [15:0] s2 = ((s4 & 16'h3333) << 2) | ((s4 >> 2) & 16'h3333);
  wire [15:0] s1 = ((s2 & 16'h5555) << 1) | ((s2 >> 1) & 16'h5555);
  assign y = width[1] ? (width[0] ? a : s8) : (width[0] ? s4 : s1);
  assign packed_b = (b << 8) | (b << 8 >> 12) | ((b & 12'h1f0) >> 1) | (b >> 9);
  assign crc_in = {a[15:8] ^ s1[15:8], s1[7:0]};
endmodule
//# wrong streamed to the right @golden
-nibbles = {<<4{a}}
+nibbles = {>>4{a}}
//# wrong struct a bit short in green @golden
-logic [2:0] red; logic [4:0] green; logic [3:0] blue;
+logic [3:0] red; logic [3:0] green; logic [3:0] blue;
//# wrong halves not swapped @golden
-bytes = {<<8{a}};
+bytes = {<<16{a}};
//# wrong one byte not reversed @golden
-^ 8'({<<{a[7:0]}})
+^ a[7:0]
//# wrong mask one bit off @swap stages
-16'h3333) << 2)
+16'h3332) << 2)
