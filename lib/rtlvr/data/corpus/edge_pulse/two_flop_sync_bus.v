// title: Two-flop synchroniser bank
// category: edge_pulse
// description: Module two_flop_sync_bus: clock clk, asynchronous active-low reset rst_n, 3-bit input async_in, 3-bit output sync_out. Each bit passes through two flip-flops clocked by clk, so sync_out shows async_in as it was two rising edges ago. rst_n low clears both stages; bits are independent.
// tags: seq, async_reset, active_low

module two_flop_sync_bus (
    input  wire       clk,
    input  wire       rst_n,
    input  wire [2:0] async_in,
    output wire [2:0] sync_out
);
    reg [2:0] meta, stable;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n)
            {stable, meta} <= 6'd0;
        else
            {stable, meta} <= {meta, async_in};
    end

    assign sync_out = stable;
endmodule
