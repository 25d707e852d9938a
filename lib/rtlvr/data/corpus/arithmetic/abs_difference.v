// title: Absolute difference with sign
// category: arithmetic
// description: Combinational module abs_difference with 8-bit unsigned inputs a and b, 8-bit output magnitude and 1-bit output a_below_b. magnitude is the absolute value of a - b; a_below_b is 1 when a < b.
// tags: comb

module abs_difference (
    input  wire [7:0] a,
    input  wire [7:0] b,
    output wire [7:0] magnitude,
    output wire       a_below_b
);
    assign a_below_b = (a < b);
    assign magnitude      = a_below_b ? (b - a) : (a - b);
endmodule
