// title: RAM-based delay line
// category: memories
// description: Module ram_delay_line: clock clk, asynchronous active-high reset arst, 1-bit input step, 3-bit input span, 6-bit input din, 6-bit registered output dout. On a rising edge with step 1, din is written into an 8-word circular memory and dout takes the value that was written span+1 steps before this one (span 0 gives the previous step's din); with step 0 everything holds. Until enough steps have happened since reset for that value to exist, dout becomes 0 instead. arst clears dout and the step bookkeeping.
// tags: seq, async_reset, active_high, memory

module ram_delay_line (
    input  wire       clk,
    input  wire       arst,
    input  wire       step,
    input  wire [2:0] span,
    input  wire [5:0] din,
    output reg  [5:0] dout
);
    reg [5:0] mem [0:7];
    reg [2:0] wptr;
    reg [3:0] written;   // saturates at 8

    wire [2:0] rptr = wptr - 3'd1 - span;

    always @(posedge clk)
        if (step)
            mem[wptr] <= din;

    always @(posedge clk or posedge arst) begin
        if (arst) begin
            wptr    <= 3'd0;
            written <= 4'd0;
            dout    <= 6'd0;
        end else if (step) begin
            wptr <= wptr + 3'd1;
            if (written != 4'd8)
                written <= written + 4'd1;
            dout <= (written > {1'b0, span}) ? mem[rptr] : 6'd0;
        end
    end
endmodule
