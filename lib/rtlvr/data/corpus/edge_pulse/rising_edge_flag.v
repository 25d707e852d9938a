// title: Rising edge detector
// category: edge_pulse
// description: Module rising_edge_flag: clock clk, synchronous active-high reset rst, 1-bit input level and 1-bit registered output rise. Each rising clk edge stores level; rise becomes 1 for one cycle when level is 1 at this edge and was 0 at the previous edge, otherwise 0. Reset clears rise and sets the stored level to 0, so a level that is 1 at the first edge after reset counts as a rise.
// tags: seq, sync_reset, active_high

module rising_edge_flag (
    input  wire clk,
    input  wire rst,
    input  wire level,
    output reg  rise
);
    reg level_q;

    always @(posedge clk) begin
        if (rst) begin
            level_q <= 1'b0;
            rise    <= 1'b0;
        end else begin
            level_q <= level;
            rise    <= level & ~level_q;
        end
    end
endmodule
