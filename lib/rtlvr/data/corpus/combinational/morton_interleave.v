// title: Bit interleaving of two bytes
// category: combinational
// description: Combinational module morton_interleave with 8-bit inputs x and y and 16-bit output code. For every i from 0 to 7, code[2*i] equals x[i] and code[2*i+1] equals y[i].
// tags: comb, generate

module morton_interleave (
    input  wire [7:0]  x,
    input  wire [7:0]  y,
    output wire [15:0] code
);
    genvar i;
    generate
        for (i = 0; i < 8; i = i + 1) begin : g_pair
            assign code[2*i]   = x[i];
            assign code[2*i+1] = y[i];
        end
    endgenerate
endmodule
