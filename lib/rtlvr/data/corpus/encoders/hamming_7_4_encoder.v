// title: Hamming (7,4) encoder
// category: encoders
// description: Combinational module hamming_7_4_encoder with 4-bit input d and 7-bit output code. Bit numbering of code follows Hamming positions 1 to 7 as code[0] to code[6]: code[2] = d[0], code[4] = d[1], code[5] = d[2], code[6] = d[3], and the even parity bits are code[0] = d0^d1^d3, code[1] = d0^d2^d3, code[3] = d1^d2^d3.
// tags: comb

module hamming_7_4_encoder (
    input  wire [3:0] d,
    output wire [6:0] code
);
    wire p1 = d[0] ^ d[1] ^ d[3];
    wire p2 = d[0] ^ d[2] ^ d[3];
    wire p4 = d[1] ^ d[2] ^ d[3];

    assign code = {d[3], d[2], d[1], p4, d[0], p2, p1};
endmodule
