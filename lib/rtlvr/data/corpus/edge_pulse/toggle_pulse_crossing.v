// title: Pulse transfer between two clocks
// category: edge_pulse
// description: Module toggle_pulse_crossing: source clock src_clk, destination clock dst_clk, one asynchronous active-low reset rst_n for both sides, 1-bit input src_pulse, 1-bit output dst_pulse. Each src_clk edge with src_pulse 1 inverts a toggle flip-flop. On dst_clk the toggle passes through two synchroniser flip-flops and a third one; dst_pulse is the XOR of the second and the third, hence one dst_clk cycle per toggle change seen. Reset clears all flip-flops. Source pulses closer than the destination can see may be lost in pairs.
// tags: seq, async_reset, active_low, multi_clock

module toggle_pulse_crossing (
    input  wire src_clk,
    input  wire dst_clk,
    input  wire rst_n,
    input  wire src_pulse,
    output wire dst_pulse
);
    reg       toggle;
    reg [2:0] follow;

    always @(posedge src_clk or negedge rst_n)
        if (!rst_n)
            toggle <= 1'b0;
        else if (src_pulse)
            toggle <= ~toggle;

    always @(posedge dst_clk or negedge rst_n)
        if (!rst_n)
            follow <= 3'b000;
        else
            follow <= {follow[1:0], toggle};

    assign dst_pulse = follow[2] ^ follow[1];
endmodule
