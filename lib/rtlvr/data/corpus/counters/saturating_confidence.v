// title: Two-bit saturating predictor counter
// category: counters
// description: Module saturating_confidence: clock clk, synchronous active-low reset resetn, 1-bit inputs update and taken, 2-bit registered output level and 1-bit output predict. Reset sets level to 1. On a rising edge with update 1, level increases by one when taken is 1 (staying at 3) and decreases by one when taken is 0 (staying at 0). predict is 1 when level is 2 or 3.
// tags: seq, sync_reset, active_low

module saturating_confidence (
    input  wire       clk,
    input  wire       resetn,
    input  wire       update,
    input  wire       taken,
    output reg  [1:0] level,
    output wire       predict
);
    always @(posedge clk) begin
        if (!resetn)
            level <= 2'd1;
        else if (update) begin
            if (taken && level != 2'd3)
                level <= level + 2'd1;
            else if (!taken && level != 2'd0)
                level <= level - 2'd1;
        end
    end

    assign predict = level[1];
endmodule
