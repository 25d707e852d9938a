// title: Accumulator with parameterised leak
// category: parameterised
// description: Module leaky_accumulator with parameters W (default 8) and LEAK (default 2): clock clk, synchronous active-high reset clear, 1-bit input en, (W-2)-bit input x and W-bit registered output level. On an edge with en 1, level becomes level - (level >> LEAK) + x when that fits in W bits, and all ones otherwise. With en 0 it holds; clear sets it to 0.
// tags: seq, sync_reset, active_high, parameter

module leaky_accumulator #(
    parameter W    = 8,
    parameter LEAK = 2
) (
    input  wire         clk,
    input  wire         clear,
    input  wire         en,
    input  wire [W-3:0] x,
    output reg  [W-1:0] level
);
    wire [W-1:0] drained = level - (level >> LEAK);
    wire [W:0]   filled  = {1'b0, drained} + {3'b000, x};

    always @(posedge clk) begin
        if (clear)
            level <= {W{1'b0}};
        else if (en)
            level <= filled[W] ? {W{1'b1}} : filled[W-1:0];
    end
endmodule
