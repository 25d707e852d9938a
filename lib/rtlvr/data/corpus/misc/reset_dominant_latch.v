// title: Latch with dominant asynchronous clear
// category: misc
// description: Module reset_dominant_latch: a level-sensitive latch with 4-bit input d, 1-bit input enable, active-low clear clr_n and 4-bit outputs q and q_inv. While clr_n is 0, q is 0 whatever the other inputs; otherwise q follows d while enable is 1 and holds while enable is 0. q_inv is the bitwise inverse of q. There is no clock.
// tags: seq, async_reset, active_low, latch

module reset_dominant_latch (
    input  wire       enable,
    input  wire       clr_n,
    input  wire [3:0] d,
    output reg  [3:0] q,
    output wire [3:0] q_inv
);
    always @(enable or clr_n or d) begin
        if (!clr_n)
            q = 4'b0000;
        else if (enable)
            q = d;
    end

    assign q_inv = ~q;
endmodule
