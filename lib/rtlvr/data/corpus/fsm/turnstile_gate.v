// title: Turnstile with stored credits
// category: fsm
// description: Module turnstile_gate: clock clk, synchronous active-high reset reset, 1-bit inputs coin and push, 1-bit output unlocked, 1-bit registered output alarm and 2-bit registered output credits. Reset clears credits and alarm. On each rising edge alarm becomes push AND (credits is 0) AND NOT coin, else 0. A coin alone adds a credit (saturating at 3), a push alone removes a credit when credits is nonzero, coin and push together leave credits unchanged. unlocked is 1 when credits is nonzero.
// tags: seq, sync_reset, active_high

module turnstile_gate (
    input  wire       clk,
    input  wire       reset,
    input  wire       coin,
    input  wire       push,
    output wire       unlocked,
    output reg        alarm,
    output reg  [1:0] credits
);
    assign unlocked = |credits;

    always @(posedge clk) begin
        if (reset) begin
            credits <= 2'd0;
            alarm   <= 1'b0;
        end else begin
            alarm <= push & ~coin & ~unlocked;
            if (coin && !push && credits != 2'd3)
                credits <= credits + 2'd1;
            else if (push && !coin && unlocked)
                credits <= credits - 2'd1;
        end
    end
endmodule
