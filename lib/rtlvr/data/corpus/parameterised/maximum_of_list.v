// title: Maximum of a list with its index
// category: parameterised
// description: Combinational module maximum_of_list with parameters W (default 4) and N (default 4, at least 2): input values of N*W bits (value k in values[k*W +: W], unsigned), W-bit output largest and output where of ceil(log2(N)) bits (2 by default). largest is the maximum of the N values and where is the lowest index at which it occurs.
// tags: comb, parameter

module maximum_of_list #(
    parameter W = 4,
    parameter N = 4
) (
    input  wire [N*W-1:0]       values,
    output reg  [W-1:0]         largest,
    output reg  [$clog2(N)-1:0] where
);
    integer k;

    always @(*) begin
        largest = values[W-1:0];
        where   = 0;
        for (k = 1; k < N; k = k + 1)
            if (values[k*W +: W] > largest) begin
                largest = values[k*W +: W];
                where   = k;
            end
    end
endmodule
