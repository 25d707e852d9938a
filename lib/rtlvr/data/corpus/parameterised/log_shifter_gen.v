// title: Generated logarithmic shifter
// category: parameterised
// description: Combinational module log_shifter_gen with parameters LOGW (default 3) and FILL (default 0), W = 2^LOGW: W-bit input a, LOGW-bit input sh and W-bit output y. y is a shifted right by sh places; the vacated upper positions are filled with the bit FILL[0]. Built from LOGW generated stages of 1, 2, 4, ... places.
// tags: comb, parameter, generate

module log_shifter_gen #(
    parameter LOGW = 3,
    parameter FILL = 0
) (
    input  wire [(1<<LOGW)-1:0] a,
    input  wire [LOGW-1:0]      sh,
    output wire [(1<<LOGW)-1:0] y
);
    localparam W = 1 << LOGW;
    localparam [0:0] F = FILL;

    wire [W-1:0] t [0:LOGW];

    assign t[0] = a;
    assign y    = t[LOGW];

    genvar i;
    generate
        for (i = 0; i < LOGW; i = i + 1) begin : stage
            assign t[i+1] = sh[i] ? {{(1<<i){F}}, t[i][W-1:(1<<i)]} : t[i];
        end
    endgenerate
endmodule
