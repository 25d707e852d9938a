// title: Remainder modulo five of a bit stream
// category: fsm
// description: Module mod_five_stream: clock clk, asynchronous active-low reset aresetn, synchronous active-high clear clr, 1-bit inputs bit_en and bit_in, 3-bit registered output remainder and 1-bit output divisible. The bits accepted (edges with bit_en 1) since the last reset or clear form a binary number, most significant bit first, and remainder is that number modulo 5: each accepted bit changes remainder r to (2r + bit_in) mod 5. aresetn low, or clr at an edge (which has priority over bit_en), sets remainder to 0. divisible is 1 when remainder is 0.
// tags: seq, async_reset, sync_reset, active_high, active_low

module mod_five_stream (
    input  wire       clk,
    input  wire       aresetn,
    input  wire       clr,
    input  wire       bit_en,
    input  wire       bit_in,
    output reg  [2:0] remainder,
    output wire       divisible
);
    always @(posedge clk or negedge aresetn) begin
        if (!aresetn)
            remainder <= 3'd0;
        else if (clr)
            remainder <= 3'd0;
        else if (bit_en)
            case (remainder)
                3'd0:    remainder <= bit_in ? 3'd1 : 3'd0;
                3'd1:    remainder <= bit_in ? 3'd3 : 3'd2;
                3'd2:    remainder <= bit_in ? 3'd0 : 3'd4;
                3'd3:    remainder <= bit_in ? 3'd2 : 3'd1;
                default: remainder <= bit_in ? 3'd4 : 3'd3;
            endcase
    end

    assign divisible = (remainder == 3'd0);
endmodule
