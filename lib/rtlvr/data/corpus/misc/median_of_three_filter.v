// title: Sliding median filter
// category: misc
// description: Module median_of_three_filter without reset: clock clk, 5-bit two's complement input x and 5-bit two's complement registered output median. At each edge median takes the middle value, in signed order, of x now and x at the two previous edges. The output is known from the third edge on.
// tags: seq, no_reset, signed, function

module median_of_three_filter (
    input  wire              clk,
    input  wire signed [4:0] x,
    output reg  signed [4:0] median
);
    reg signed [4:0] x1, x2;

    function signed [4:0] middle;
        input signed [4:0] p;
        input signed [4:0] q;
        input signed [4:0] r;
        begin
            if ((p >= q && p <= r) || (p <= q && p >= r))
                middle = p;
            else if ((q >= p && q <= r) || (q <= p && q >= r))
                middle = q;
            else
                middle = r;
        end
    endfunction

    always @(posedge clk) begin
        x1     <= x;
        x2     <= x1;
        median <= middle(x, x1, x2);
    end
endmodule
