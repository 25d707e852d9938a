// title: Generated ripple-carry adder
// category: parameterised
// description: Combinational module ripple_adder_gen with parameter N (default 6): N-bit inputs x and y, 1-bit input ci, N-bit output s, 1-bit outputs co and v. {co, s} is x + y + ci, built from N generated full-adder slices. v is the XOR of the carries into and out of the top bit (two's complement overflow).
// tags: comb, parameter, generate

module ripple_adder_gen #(
    parameter N = 6
) (
    input  wire [N-1:0] x,
    input  wire [N-1:0] y,
    input  wire         ci,
    output wire [N-1:0] s,
    output wire         co,
    output wire         v
);
    wire [N:0] c;

    assign c[0] = ci;

    genvar i;
    generate
        for (i = 0; i < N; i = i + 1) begin : slice
            assign s[i]   = x[i] ^ y[i] ^ c[i];
            assign c[i+1] = (x[i] & y[i]) | (c[i] & (x[i] ^ y[i]));
        end
    endgenerate

    assign co = c[N];
    assign v  = c[N] ^ c[N-1];
endmodule
