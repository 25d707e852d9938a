// title: Pipelined complex multiplier
// category: arithmetic
// description: Module complex_multiply_pipe without reset: clock clk, 6-bit two's complement inputs ar, ai, br, bi and 13-bit two's complement registered outputs pr and pi. The module multiplies (ar + j*ai) by (br + j*bi) with a latency of two rising clock edges: the first edge registers the four partial products, the second registers pr = ar*br - ai*bi and pi = ar*bi + ai*br. A new operand pair is accepted every cycle.
// tags: seq, no_reset, signed

module complex_multiply_pipe (
    input  wire               clk,
    input  wire signed [5:0]  ar,
    input  wire signed [5:0]  ai,
    input  wire signed [5:0]  br,
    input  wire signed [5:0]  bi,
    output reg  signed [12:0] pr,
    output reg  signed [12:0] pi
);
    reg signed [11:0] rr, ii, ri, ir;

    always @(posedge clk) begin
        rr <= ar * br;
        ii <= ai * bi;
        ri <= ar * bi;
        ir <= ai * br;
        pr <= rr - ii;
        pi <= ri + ir;
    end
endmodule
