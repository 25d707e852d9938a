// title: Four-bit Booth multiplier
// category: arithmetic
// description: Combinational module booth_multiplier_four with 4-bit two's complement inputs m and r and an 8-bit two's complement output product equal to m times r, computed by radix-2 Booth recoding of r.
// tags: comb, signed

module booth_multiplier_four (
    input  wire signed [3:0] m,
    input  wire signed [3:0] r,
    output reg  signed [7:0] product
);
    wire signed [7:0] m_ext = m;
    wire        [4:0] recode = {r, 1'b0};
    integer           i;

    always @(*) begin
        product = 8'sd0;
        for (i = 0; i < 4; i = i + 1)
            case ({recode[i+1], recode[i]})
                2'b01:   product = product + (m_ext <<< i);
                2'b10:   product = product - (m_ext <<< i);
                default: product = product;
            endcase
    end
endmodule
