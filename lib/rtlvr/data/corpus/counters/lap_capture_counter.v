// title: Free-running counter with lap capture
// category: counters
// description: Module lap_capture_counter: clock clk, asynchronous active-low reset rst_n, synchronous active-high clear, 1-bit input lap, 6-bit registered outputs now and captured. rst_n low clears both registers at once. On a rising edge with clear 1, now becomes 0 and captured holds; otherwise now is incremented modulo 64, and when lap is 1 captured takes the value that now had before the edge.
// tags: seq, async_reset, sync_reset, active_high, active_low

module lap_capture_counter (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       clear,
    input  wire       lap,
    output reg  [5:0] now,
    output reg  [5:0] captured
);
    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            now      <= 6'd0;
            captured <= 6'd0;
        end else if (clear) begin
            now <= 6'd0;
        end else begin
            now <= now + 6'd1;
            if (lap)
                captured <= now;
        end
    end
endmodule
