// title: Signed width reduction with saturation
// category: parameterised
// description: Combinational module signed_narrower with parameters IN_W (default 9) and OUT_W (default 6), OUT_W less than IN_W: IN_W-bit two's complement input d, OUT_W-bit two's complement output q and 1-bit output clipped. q is d when d fits in OUT_W bits, else the largest or smallest OUT_W-bit value according to the sign of d; clipped is 1 exactly when d does not fit.
// tags: comb, parameter, signed

module signed_narrower #(
    parameter IN_W  = 9,
    parameter OUT_W = 6
) (
    input  wire signed [IN_W-1:0]  d,
    output wire signed [OUT_W-1:0] q,
    output wire                    clipped
);
    // d fits when all dropped bits and the new sign bit agree.
    wire [IN_W-OUT_W:0] upper = d[IN_W-1:OUT_W-1];
    wire                sign  = d[IN_W-1];

    assign clipped = (|upper) && !(&upper);
    assign q       = clipped ? {sign, {(OUT_W-1){~sign}}} : d[OUT_W-1:0];
endmodule
