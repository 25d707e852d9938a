// title: Single-register handshake stage
// category: protocol
// description: Module half_rate_stage: clock clk, asynchronous active-high reset areset, inputs up_valid, up_data (6 bits), down_ready, outputs up_ready, down_valid, down_data (6 bits). One register holds at most one word: up_ready is 1 when it is empty and 0 when full (it does not depend on down_ready), down_valid is 1 when it is full. A word is taken on an edge with up_valid and up_ready 1; it leaves on an edge with down_valid and down_ready 1, so at most every other cycle transfers a word. down_data keeps the last word taken. Reset empties the stage and clears down_data.
// tags: seq, async_reset, active_high

module half_rate_stage (
    input  wire       clk,
    input  wire       areset,
    input  wire       up_valid,
    input  wire [5:0] up_data,
    output wire       up_ready,
    output reg        down_valid,
    output reg  [5:0] down_data,
    input  wire       down_ready
);
    assign up_ready = ~down_valid;

    always @(posedge clk or posedge areset) begin
        if (areset) begin
            down_valid <= 1'b0;
            down_data  <= 6'd0;
        end else if (down_valid) begin
            down_valid <= ~down_ready;
        end else if (up_valid) begin
            down_valid <= 1'b1;
            down_data  <= up_data;
        end
    end
endmodule
