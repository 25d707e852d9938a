// title: Fractional rate tick generator
// category: edge_pulse
// description: Module fractional_tick: clock clk, synchronous active-high reset rst, 1-bit input enable, 4-bit input rate, 1-bit registered output tick. A 4-bit accumulator, cleared by reset, adds rate on each rising edge with enable 1; tick becomes the carry out of that addition (so on average rate of every 16 enabled cycles tick). With enable 0 the accumulator holds and tick becomes 0. Reset clears tick.
// tags: seq, sync_reset, active_high

module fractional_tick (
    input  wire       clk,
    input  wire       rst,
    input  wire       enable,
    input  wire [3:0] rate,
    output reg        tick
);
    reg [3:0] acc;

    always @(posedge clk) begin
        if (rst)
            {tick, acc} <= 5'd0;
        else if (enable)
            {tick, acc} <= {1'b0, acc} + {1'b0, rate};
        else
            tick <= 1'b0;
    end
endmodule
