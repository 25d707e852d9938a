// title: Leading zero counter
// category: combinational
// description: Combinational module leading_zero_count_16 with 16-bit input x and 5-bit output zeros. zeros is the number of consecutive 0 bits counted from bit 15 downwards before the first 1; it is 16 when x is 0.
// tags: comb

module leading_zero_count_16 (
    input  wire [15:0] x,
    output reg  [4:0]  zeros
);
    integer i;

    always @(*) begin
        zeros = 5'd16;
        // The last assignment wins, so the highest set bit decides.
        for (i = 0; i < 16; i = i + 1)
            if (x[i])
                zeros = 5'd15 - i[4:0];
    end
endmodule
