// title: Sliding sum of the last four samples
// category: arithmetic
// description: Module running_sum_window: clock clk, asynchronous active-high reset areset, 1-bit input push, 6-bit unsigned input sample, and an 8-bit registered output total. On a rising edge with push 1, sample enters a window of the four most recent pushed samples and total is updated in the same cycle to the sum of that new window; with push 0 everything holds. Reset clears the window and total to 0.
// tags: seq, async_reset, active_high

module running_sum_window (
    input  wire       clk,
    input  wire       areset,
    input  wire       push,
    input  wire [5:0] sample,
    output reg  [7:0] total
);
    reg [5:0] h0, h1, h2, h3;

    always @(posedge clk or posedge areset) begin
        if (areset) begin
            {h3, h2, h1, h0} <= 24'd0;
            total            <= 8'd0;
        end else if (push) begin
            {h3, h2, h1, h0} <= {h2, h1, h0, sample};
            // Add the newcomer, drop the oldest.
            total            <= total + {2'b00, sample} - {2'b00, h3};
        end
    end
endmodule
