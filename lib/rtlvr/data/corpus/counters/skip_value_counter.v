// title: Counter that skips one selected value
// category: counters
// description: Module skip_value_counter: clock clk, asynchronous active-low reset aresetn, 3-bit input avoid and 3-bit registered output count. aresetn low clears count. On each rising edge count advances to count + 1 modulo 8, except that when count + 1 equals avoid it advances to count + 2 modulo 8 instead.
// tags: seq, async_reset, active_low

module skip_value_counter (
    input  wire       clk,
    input  wire       aresetn,
    input  wire [2:0] avoid,
    output reg  [2:0] count
);
    wire [2:0] next_value = count + 3'd1;

    always @(posedge clk or negedge aresetn) begin
        if (!aresetn)
            count <= 3'd0;
        else
            count <= (next_value == avoid) ? count + 3'd2 : next_value;
    end
endmodule
