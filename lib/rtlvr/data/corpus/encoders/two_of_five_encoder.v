// title: Two-out-of-five digit encoder
// category: encoders
// description: Combinational module two_of_five_encoder with 4-bit input digit, 5-bit output code and 1-bit output bad. For digits 0 to 9 code has exactly two ones: 11000, 00011, 00101, 00110, 01001, 01010, 01100, 10001, 10010, 10100 respectively (binary, code[4] leftmost), and bad is 0. For inputs above 9 code is 0 and bad is 1.
// tags: comb

module two_of_five_encoder (
    input  wire [3:0] digit,
    output reg  [4:0] code,
    output wire       bad
);
    always @(*)
        case (digit)
            4'd0: code = 5'b11000;
            4'd1: code = 5'b00011;
            4'd2: code = 5'b00101;
            4'd3: code = 5'b00110;
            4'd4: code = 5'b01001;
            4'd5: code = 5'b01010;
            4'd6: code = 5'b01100;
            4'd7: code = 5'b10001;
            4'd8: code = 5'b10010;
            4'd9: code = 5'b10100;
            default: code = 5'b00000;
        endcase

    assign bad = ~|code;
endmodule
