// title: Masked match on recent serial bits
// category: shift_registers
// description: Module history_matcher: clock clk, synchronous active-high reset reset, 1-bit input sample, 4-bit inputs pattern and care, 4-bit registered output history and 1-bit output match. Reset clears history. On every other rising edge history shifts left by one with sample entering at bit 0. match is combinational: 1 when history equals pattern in every bit position where care is 1 (always 1 when care is 0).
// tags: seq, sync_reset, active_high

module history_matcher (
    input  wire       clk,
    input  wire       reset,
    input  wire       sample,
    input  wire [3:0] pattern,
    input  wire [3:0] care,
    output reg  [3:0] history,
    output wire       match
);
    always @(posedge clk)
        if (reset)
            history <= 4'b0000;
        else
            history <= {history[2:0], sample};

    assign match = ((history ^ pattern) & care) == 4'b0000;
endmodule
