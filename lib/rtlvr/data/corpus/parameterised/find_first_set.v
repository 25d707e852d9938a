// title: Parameterised first-set finder
// category: parameterised
// description: Combinational module find_first_set with parameters N (default 10) and FROM_TOP (default 0): N-bit input bits, output position of ceil(log2(N)) bits (4 by default) and 1-bit output none. position is the number of the lowest set bit of bits when FROM_TOP is 0 and of the highest set bit otherwise. none is 1 and position 0 when bits is 0.
// tags: comb, parameter

module find_first_set #(
    parameter N        = 10,
    parameter FROM_TOP = 0
) (
    input  wire [N-1:0]         bits,
    output reg  [$clog2(N)-1:0] position,
    output wire                 none
);
    integer i;

    always @(*) begin
        position = 0;
        for (i = 0; i < N; i = i + 1)
            if (FROM_TOP) begin
                if (bits[i])
                    position = i;
            end else begin
                if (bits[N-1-i])
                    position = N - 1 - i;
            end
    end

    assign none = ~|bits;
endmodule
