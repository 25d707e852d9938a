// title: Pipelined three-value sorter
// category: hierarchical
// description: Module sort_three_pipe without reset: clock clk, 4-bit unsigned inputs x, y, z and 4-bit outputs low, mid, high. Three registered compare-and-swap stages sort the three values in ascending order with a latency of three rising edges and one new triple per edge.
// tags: seq, no_reset, hierarchy

module stp_swap_stage (
    input  wire       clk,
    input  wire [3:0] a,
    input  wire [3:0] b,
    input  wire [3:0] other,
    output reg  [3:0] small_q,
    output reg  [3:0] big_q,
    output reg  [3:0] other_q
);
    always @(posedge clk) begin
        small_q <= (a < b) ? a : b;
        big_q   <= (a < b) ? b : a;
        other_q <= other;
    end
endmodule

module sort_three_pipe (
    input  wire       clk,
    input  wire [3:0] x,
    input  wire [3:0] y,
    input  wire [3:0] z,
    output wire [3:0] low,
    output wire [3:0] mid,
    output wire [3:0] high
);
    wire [3:0] xy_lo, xy_hi, z_1, top_lo, lo_1;

    stp_swap_stage s1 (.clk(clk), .a(x), .b(y), .other(z),
                       .small_q(xy_lo), .big_q(xy_hi), .other_q(z_1));

    // The largest value is settled after the second stage.
    wire [3:0] top_hi;
    stp_swap_stage s2 (.clk(clk), .a(xy_hi), .b(z_1), .other(xy_lo),
                       .small_q(top_lo), .big_q(top_hi), .other_q(lo_1));

    stp_swap_stage s3 (.clk(clk), .a(lo_1), .b(top_lo), .other(top_hi),
                       .small_q(low), .big_q(mid), .other_q(high));
endmodule
