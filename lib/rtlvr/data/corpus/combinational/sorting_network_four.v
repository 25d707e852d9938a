// title: Four-value sorting network
// category: combinational
// description: Combinational module sorting_network_four with four 4-bit unsigned inputs in0, in1, in2, in3 and four 4-bit outputs s0, s1, s2, s3. The outputs are the four inputs sorted in ascending order, s0 being the smallest and s3 the largest.
// tags: comb, function

module sorting_network_four (
    input  wire [3:0] in0,
    input  wire [3:0] in1,
    input  wire [3:0] in2,
    input  wire [3:0] in3,
    output wire [3:0] s0,
    output wire [3:0] s1,
    output wire [3:0] s2,
    output wire [3:0] s3
);
    // Returns {larger, smaller}.
    function [7:0] exchange;
        input [3:0] p;
        input [3:0] q;
        exchange = (p > q) ? {p, q} : {q, p};
    endfunction

    wire [3:0] a_hi, a_lo, b_hi, b_lo, mid_a, mid_b;

    assign {a_hi, a_lo} = exchange(in0, in1);
    assign {b_hi, b_lo} = exchange(in2, in3);
    assign {mid_a, s0}  = exchange(a_lo, b_lo);
    assign {s3, mid_b}  = exchange(a_hi, b_hi);
    assign {s2, s1}     = exchange(mid_a, mid_b);
endmodule
