// title: Binary to three-digit BCD
// category: encoders
// description: Combinational module binary_to_bcd_eight with 8-bit unsigned input bin, 2-bit output hundreds and 4-bit outputs tens and ones holding the decimal digits of bin (0 to 255), computed by the shift-and-add-three method.
// tags: comb

module binary_to_bcd_eight (
    input  wire [7:0] bin,
    output wire [1:0] hundreds,
    output wire [3:0] tens,
    output wire [3:0] ones
);
    reg [9:0] digits;
    integer   i;

    always @(*) begin
        digits = 10'd0;
        for (i = 7; i >= 0; i = i - 1) begin
            // A digit of five or more would exceed nine once doubled.
            if (digits[3:0] >= 4'd5)
                digits[3:0] = digits[3:0] + 4'd3;
            if (digits[7:4] >= 4'd5)
                digits[7:4] = digits[7:4] + 4'd3;
            digits = {digits[8:0], bin[i]};
        end
    end

    assign {hundreds, tens, ones} = digits;
endmodule
