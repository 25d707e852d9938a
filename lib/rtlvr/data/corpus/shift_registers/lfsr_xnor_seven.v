// title: Seven-bit XNOR Fibonacci LFSR
// category: shift_registers
// description: Module lfsr_xnor_seven: clock clk, asynchronous active-low reset rst_n, 1-bit input en, 7-bit registered output lfsr. rst_n low clears lfsr to 0. On a rising edge with en 1, lfsr shifts left by one and bit 0 receives the XNOR of the old bits 6 and 5; with en 0 it holds.
// tags: seq, async_reset, active_low

module lfsr_xnor_seven (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       en,
    output reg  [6:0] lfsr
);
    wire feedback = lfsr[6] ~^ lfsr[5];

    always @(posedge clk or negedge rst_n)
        if (!rst_n)
            lfsr <= 7'd0;
        else if (en)
            lfsr <= {lfsr[5:0], feedback};
endmodule
