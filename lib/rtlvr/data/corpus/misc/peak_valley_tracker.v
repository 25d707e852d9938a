// title: Running maximum and minimum
// category: misc
// description: Module peak_valley_tracker: clock clk, synchronous active-high reset sync_rst, 1-bit input valid, 6-bit two's complement input sample, 6-bit two's complement registered outputs peak and valley and 1-bit registered output seen. Reset sets peak and valley to 0 and seen to 0. On an edge with valid 1: if seen is 0, peak and valley both take sample and seen becomes 1; otherwise peak takes sample if sample is greater, and valley takes sample if it is smaller (signed comparison).
// tags: seq, sync_reset, active_high, signed

module peak_valley_tracker (
    input  wire              clk,
    input  wire              sync_rst,
    input  wire              valid,
    input  wire signed [5:0] sample,
    output reg  signed [5:0] peak,
    output reg  signed [5:0] valley,
    output reg               seen
);
    always @(posedge clk) begin
        if (sync_rst) begin
            peak   <= 6'sd0;
            valley <= 6'sd0;
            seen   <= 1'b0;
        end else if (valid) begin
            seen <= 1'b1;
            if (!seen || sample > peak)
                peak <= sample;
            if (!seen || sample < valley)
                valley <= sample;
        end
    end
endmodule
