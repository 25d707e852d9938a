// title: Counter with programmable step and limit
// category: counters
// description: Module step_size_counter: clock clk, synchronous active-high reset reset, 3-bit input step, 6-bit input limit, 6-bit registered output value and 1-bit registered output rolled. Reset clears both outputs. On each other rising edge the 7-bit sum value + step is formed; if the sum is greater than limit, value becomes 0 and rolled becomes 1, otherwise value becomes the sum and rolled becomes 0.
// tags: seq, sync_reset, active_high

module step_size_counter (
    input  wire       clk,
    input  wire       reset,
    input  wire [2:0] step,
    input  wire [5:0] limit,
    output reg  [5:0] value,
    output reg        rolled
);
    wire [6:0] sum = {1'b0, value} + {4'b0, step};
    wire       too_big = (sum > {1'b0, limit});

    always @(posedge clk) begin
        if (reset) begin
            value  <= 6'd0;
            rolled <= 1'b0;
        end else begin
            value  <= too_big ? 6'd0 : sum[5:0];
            rolled <= too_big;
        end
    end
endmodule
