// title: Falling-edge modulo-12 counter
// category: counters
// description: Module negedge_ripple_free_counter: 1-bit clock clk used on its falling edge, synchronous active-high reset srst, 1-bit input hold, 4-bit registered output month and 1-bit output december. At a falling edge of clk, srst sets month to 1; otherwise, if hold is 0, month steps 1,2,...,12 and then back to 1. december is 1 when month is 12.
// tags: seq, sync_reset, active_high, negedge

module negedge_ripple_free_counter (
    input  wire       clk,
    input  wire       srst,
    input  wire       hold,
    output reg  [3:0] month,
    output wire       december
);
    assign december = (month == 4'd12);

    always @(negedge clk) begin
        if (srst)
            month <= 4'd1;
        else if (!hold)
            month <= december ? 4'd1 : month + 4'd1;
    end
endmodule
