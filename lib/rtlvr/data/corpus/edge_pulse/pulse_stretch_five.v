// title: Pulse stretcher to five cycles
// category: edge_pulse
// description: Module pulse_stretch_five: clock clk, synchronous active-low reset rst_n, 1-bit input trigger, 1-bit output stretched. A 3-bit counter, cleared by reset, is loaded with 5 on an edge with trigger 1 and otherwise decremented until it is 0; stretched is 1 while the counter is nonzero. A single trigger thus gives five cycles of output starting after the triggering edge, and a new trigger restarts the five cycles.
// tags: seq, sync_reset, active_low

module pulse_stretch_five (
    input  wire clk,
    input  wire rst_n,
    input  wire trigger,
    output wire stretched
);
    reg [2:0] left;

    always @(posedge clk)
        if (!rst_n)
            left <= 3'd0;
        else if (trigger)
            left <= 3'd5;
        else if (stretched)
            left <= left - 3'd1;

    assign stretched = |left;
endmodule
