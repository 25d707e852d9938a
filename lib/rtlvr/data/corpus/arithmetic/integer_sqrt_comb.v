// title: Combinational integer square root
// category: arithmetic
// description: Combinational module integer_sqrt_comb with 12-bit unsigned input radicand, 6-bit output root and 7-bit output rest. root is the largest integer whose square does not exceed radicand, and rest is radicand minus root squared.
// tags: comb

module integer_sqrt_comb (
    input  wire [11:0] radicand,
    output reg  [5:0]  root,
    output wire [6:0]  rest
);
    reg  [5:0]  trial;
    reg  [11:0] excess;
    integer     k;

    always @(*) begin
        root  = 6'd0;
        trial = 6'd0;
        for (k = 5; k >= 0; k = k - 1) begin
            trial    = root;
            trial[k] = 1'b1;
            if ({6'd0, trial} * {6'd0, trial} <= radicand)
                root = trial;
        end
        excess = radicand - {6'd0, root} * {6'd0, root};
    end

    // The remainder never exceeds 2*root, so seven bits are enough.
    assign rest = excess[6:0];
endmodule
