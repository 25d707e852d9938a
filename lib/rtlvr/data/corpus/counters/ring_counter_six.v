// title: Self-correcting six-stage ring counter
// category: counters
// description: Module ring_counter_six: clock clk, synchronous active-high reset clear, 1-bit input step and 6-bit registered output ring. clear sets ring to 6'b000001. On a rising edge with step 1 the lower five bits move up one position, and bit 0 becomes 1 exactly when bits 4:0 of the old ring are all 0, so the one-hot pattern rotates 000001, 000010, ... 100000, 000001. With step 0 ring holds.
// tags: seq, sync_reset, active_high

module ring_counter_six (
    input  wire       clk,
    input  wire       clear,
    input  wire       step,
    output reg  [5:0] ring
);
    always @(posedge clk)
        if (clear)
            ring <= 6'b000001;
        else if (step)
            // Deriving bit 0 from the zeros heals any illegal pattern.
            ring <= {ring[4:0], ~|ring[4:0]};
endmodule
