// title: Constant multiplier by eleven
// category: arithmetic
// description: Combinational module times_eleven with 8-bit unsigned input n and 12-bit output p, where p = 11 * n, formed as 8n + 2n + n.
// tags: comb

module times_eleven (
    input  wire [7:0]  n,
    output wire [11:0] p
);
    wire [11:0] one   = {4'b0, n};
    wire [11:0] two   = {3'b0, n, 1'b0};
    wire [11:0] eight = {1'b0, n, 3'b0};

    assign p = eight + two + one;
endmodule
