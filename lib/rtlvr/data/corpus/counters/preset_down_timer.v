// title: Loadable one-shot down timer
// category: counters
// description: Module preset_down_timer: clock clk, asynchronous active-low reset nreset, 1-bit input load, 5-bit input ticks, 5-bit registered output remaining, 1-bit combinational output running and 1-bit registered output expired. Reset clears remaining and expired. On a rising edge with load 1, remaining takes ticks and expired becomes 0. Otherwise a nonzero remaining is decremented; expired is set to 1 for the single cycle following the step from 1 to 0, and is 0 in all other cycles. running is 1 when remaining is nonzero. Loading 0 produces no expired pulse.
// tags: seq, async_reset, active_low

module preset_down_timer (
    input  logic       clk,
    input  logic       nreset,
    input  logic       load,
    input  logic [4:0] ticks,
    output logic [4:0] remaining,
    output logic       running,
    output logic       expired
);
    assign running = (remaining != 5'd0);

    always_ff @(posedge clk or negedge nreset) begin
        if (!nreset) begin
            remaining <= 5'd0;
            expired   <= 1'b0;
        end else if (load) begin
            remaining <= ticks;
            expired   <= 1'b0;
        end else begin
            if (running)
                remaining <= remaining - 5'd1;
            expired <= (remaining == 5'd1);
        end
    end
endmodule
