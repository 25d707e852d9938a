// title: Array multiplier from adder cells
// category: hierarchical
// description: Combinational module array_multiplier_cells with 4-bit unsigned inputs a and b and an 8-bit output p = a*b. Each row cell adds the gated multiplicand to the upper part of the previous row's sum; rows are generated.
// tags: comb, hierarchy, generate

module amc_row (
    input  wire [3:0] a,
    input  wire       b_bit,
    input  wire [3:0] above,
    output wire [4:0] sum
);
    assign sum = {1'b0, above} + (b_bit ? {1'b0, a} : 5'd0);
endmodule

module array_multiplier_cells (
    input  wire [3:0] a,
    input  wire [3:0] b,
    output wire [7:0] p
);
    wire [24:0] rows;   // five bits per row, row 0 is all zero

    assign rows[4:0] = 5'd0;

    genvar r;
    generate
        for (r = 0; r < 4; r = r + 1) begin : g_row
            amc_row u_row (
                .a     (a),
                .b_bit (b[r]),
                .above (rows[5*r+1 +: 4]),
                .sum   (rows[5*(r+1) +: 5])
            );
            assign p[r] = rows[5*(r+1)];
        end
    endgenerate

    assign p[7:4] = rows[21 +: 4];
endmodule
