// title: Lowest set bit isolation and masks
// category: combinational
// description: Combinational module lowest_bit_tools with 8-bit input x and 8-bit outputs isolated, cleared and below_mask. isolated keeps only the lowest set bit of x (0 when x is 0); cleared is x with its lowest set bit turned to 0; below_mask has 1s in every position strictly below the lowest set bit of x, and is 8'hFF when x is 0.
// tags: comb

module lowest_bit_tools (
    input  wire [7:0] x,
    output wire [7:0] isolated,
    output wire [7:0] cleared,
    output wire [7:0] below_mask
);
    wire [7:0] x_minus_one = x - 8'd1;

    assign isolated   = x & (~x + 8'd1);
    assign cleared    = x & x_minus_one;
    assign below_mask = ~x & x_minus_one;
endmodule
