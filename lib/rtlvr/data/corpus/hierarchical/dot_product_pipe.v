// title: Two-element dot product pipeline
// category: hierarchical
// description: Module dot_product_pipe: clock clk, synchronous active-low reset resetn, 1-bit input in_valid, 5-bit two's complement inputs a0, b0, a1, b1, 1-bit output out_valid and 11-bit two's complement output dot. Latency is two edges: the first registers the products a0*b0 and a1*b1, the second registers their sum in dot; out_valid is in_valid delayed by two edges. All registers update on every edge; reset clears them all.
// tags: seq, sync_reset, active_low, hierarchy, signed

module dpp_multiplier (
    input  wire              clk,
    input  wire              resetn,
    input  wire signed [4:0] x,
    input  wire signed [4:0] y,
    output reg  signed [9:0] p
);
    always @(posedge clk)
        if (!resetn)
            p <= 10'sd0;
        else
            p <= x * y;
endmodule

module dot_product_pipe (
    input  wire               clk,
    input  wire               resetn,
    input  wire               in_valid,
    input  wire signed [4:0]  a0,
    input  wire signed [4:0]  b0,
    input  wire signed [4:0]  a1,
    input  wire signed [4:0]  b1,
    output reg                out_valid,
    output reg  signed [10:0] dot
);
    wire signed [9:0] p0, p1;
    reg               mid_valid;

    dpp_multiplier u_m0 (.clk(clk), .resetn(resetn), .x(a0), .y(b0), .p(p0));
    dpp_multiplier u_m1 (.clk(clk), .resetn(resetn), .x(a1), .y(b1), .p(p1));

    always @(posedge clk) begin
        if (!resetn) begin
            mid_valid <= 1'b0;
            out_valid <= 1'b0;
            dot       <= 11'sd0;
        end else begin
            mid_valid <= in_valid;
            out_valid <= mid_valid;
            dot       <= p0 + p1;
        end
    end
endmodule
