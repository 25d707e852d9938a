// title: Two four-input look-up tables sharing inputs
// category: combinational
// description: Combinational module lut4_evaluator with 16-bit inputs table_a and table_b, 4-bit input sel, and 1-bit outputs fa, fb and fx. fa is the bit of table_a at index sel, fb is the bit of table_b at index sel, and fx is fa XOR fb.
// tags: comb

module lut4_evaluator (
    input  wire [15:0] table_a,
    input  wire [15:0] table_b,
    input  wire [3:0]  sel,
    output wire        fa,
    output wire        fb,
    output wire        fx
);
    assign fa = table_a[sel];
    assign fb = table_b[sel];
    assign fx = fa ^ fb;
endmodule
