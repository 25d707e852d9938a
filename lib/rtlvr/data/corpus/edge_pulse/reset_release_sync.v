// title: Reset synchroniser with delayed release
// category: edge_pulse
// description: Module reset_release_sync: clock clk, asynchronous active-low reset input arst_n, 1-bit input hold, 1-bit output core_rst_n. When arst_n is low core_rst_n goes low at once. After arst_n is high, a chain of three flip-flops fed with the inverse of hold moves on each rising edge, so core_rst_n goes high at the third edge with hold 0; hold 1 sends a low pulse of the same length down the chain.
// tags: seq, async_reset, active_low

module reset_release_sync (
    input  wire clk,
    input  wire arst_n,
    input  wire hold,
    output wire core_rst_n
);
    reg [2:0] chain;

    always @(posedge clk or negedge arst_n)
        if (!arst_n)
            chain <= 3'b000;
        else
            chain <= {chain[1:0], ~hold};

    assign core_rst_n = chain[2];
endmodule
