// title: Majority-of-three glitch filter
// category: edge_pulse
// description: Module majority_glitch_filter: clock clk, asynchronous active-high reset rst, 1-bit input raw, 1-bit registered output filtered. At each rising edge filtered becomes the majority of raw now and raw at the two previous edges, and the two stored samples are updated. Reset clears filtered and the stored samples.
// tags: seq, async_reset, active_high

module majority_glitch_filter (
    input  wire clk,
    input  wire rst,
    input  wire raw,
    output reg  filtered
);
    reg d1, d2;

    always @(posedge clk or posedge rst) begin
        if (rst) begin
            d1       <= 1'b0;
            d2       <= 1'b0;
            filtered <= 1'b0;
        end else begin
            d1       <= raw;
            d2       <= d1;
            filtered <= (raw & d1) | (raw & d2) | (d1 & d2);
        end
    end
endmodule
