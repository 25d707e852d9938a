// title: Selectable rearrangement of a 16-bit word
// category: combinational
// description: Combinational module byte_swizzle with 16-bit input word, 2-bit input mode and 16-bit output result. mode 0 passes word unchanged; mode 1 swaps the two bytes; mode 2 swaps the two nibbles inside each byte; mode 3 reverses all 16 bits (result[0] = word[15] and so on).
// tags: comb

module byte_swizzle (
    input  wire [15:0] word,
    input  wire [1:0]  mode,
    output reg  [15:0] result
);
    integer i;

    always @(*) begin
        result = word;
        case (mode)
            2'd0: result = word;
            2'd1: result = {word[7:0], word[15:8]};
            2'd2: result = {word[11:8], word[15:12], word[3:0], word[7:4]};
            default:
                for (i = 0; i < 16; i = i + 1)
                    result[i] = word[15 - i];
        endcase
    end
endmodule
