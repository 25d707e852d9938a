// title: Missing pulse detector
// category: edge_pulse
// description: Module missing_beat_detector: clock clk, synchronous active-low reset reset_n, 1-bit input beat, 3-bit input patience, 1-bit output missing. A 3-bit register counts the consecutive edges without a beat: it is 0 after an edge with beat 1 or under reset, and otherwise increments, stopping at 7. missing is 1 when the register is greater than patience (so patience 7 never reports).
// tags: seq, sync_reset, active_low

module missing_beat_detector (
    input  wire       clk,
    input  wire       reset_n,
    input  wire       beat,
    input  wire [2:0] patience,
    output wire       missing
);
    reg [2:0] silent;

    always @(posedge clk) begin
        if (!reset_n)
            silent <= 3'd0;
        else if (beat)
            silent <= 3'd0;
        else if (silent != 3'd7)
            silent <= silent + 3'd1;
    end

    assign missing = (silent > patience);
endmodule
