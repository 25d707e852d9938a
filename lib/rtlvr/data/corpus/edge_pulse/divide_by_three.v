// title: Divide-by-three waveform and tick
// category: edge_pulse
// description: Module divide_by_three: clock clk, asynchronous active-high reset reset, 1-bit registered output third and 1-bit output tick. An internal counter runs 0,1,2,0,... on every rising edge and is cleared by reset. third is a register that is 1 in the cycles where the counter is 1, and 0 in the cycles where it is 0 or 2. tick is 1 while the counter is 2.
// tags: seq, async_reset, active_high

module divide_by_three (
    input  wire clk,
    input  wire reset,
    output reg  third,
    output wire tick
);
    reg [1:0] phase;

    assign tick = (phase == 2'd2);

    always @(posedge clk or posedge reset) begin
        if (reset) begin
            phase <= 2'd0;
            third <= 1'b0;
        end else begin
            phase <= tick ? 2'd0 : phase + 2'd1;
            third <= (phase == 2'd0);
        end
    end
endmodule
