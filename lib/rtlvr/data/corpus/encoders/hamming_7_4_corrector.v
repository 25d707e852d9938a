// title: Hamming (7,4) decoder with correction
// category: encoders
// description: Combinational module hamming_7_4_corrector with 7-bit input code, 4-bit output d, 1-bit output corrected and 3-bit output position. code[0] to code[6] are Hamming positions 1 to 7 with even parity bits at positions 1, 2 and 4. position is the syndrome: bit 0 is the XOR of positions 1,3,5,7, bit 1 of positions 2,3,6,7, bit 2 of positions 4,5,6,7. If it is nonzero the bit at that position is inverted before decoding and corrected is 1. d is {position 7, position 6, position 5, position 3} of the corrected word.
// tags: comb

module hamming_7_4_corrector (
    input  wire [6:0] code,
    output wire [3:0] d,
    output wire       corrected,
    output wire [2:0] position
);
    assign position[0] = code[0] ^ code[2] ^ code[4] ^ code[6];
    assign position[1] = code[1] ^ code[2] ^ code[5] ^ code[6];
    assign position[2] = code[3] ^ code[4] ^ code[5] ^ code[6];

    // Bit 0 of the shifted constant stands for "no error" and is dropped.
    wire [7:0] flip  = 8'd1 << position;
    wire [6:0] fixed = code ^ flip[7:1];

    assign d         = {fixed[6], fixed[5], fixed[4], fixed[2]};
    assign corrected = (position != 3'd0);
endmodule
