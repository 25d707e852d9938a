// title: Short and long press classifier
// category: edge_pulse
// description: Module press_length_sorter: clock clk, asynchronous active-high reset areset, 1-bit input button, 1-bit registered outputs short_press and long_press. A press is a run of consecutive edges with button 1. long_press becomes 1 for one cycle at the fourth edge of a press; short_press becomes 1 for one cycle at the first edge with button 0 after a press of one to three edges. Both are otherwise 0; a press gives exactly one of the two. Reset clears both outputs and forgets a press in progress.
// tags: seq, async_reset, active_high

module press_length_sorter (
    input  wire clk,
    input  wire areset,
    input  wire button,
    output reg  short_press,
    output reg  long_press
);
    reg [2:0] held;   // stops at 4

    always @(posedge clk or posedge areset) begin
        if (areset) begin
            held        <= 3'd0;
            short_press <= 1'b0;
            long_press  <= 1'b0;
        end else begin
            short_press <= !button && (held != 3'd0) && (held != 3'd4);
            long_press  <= button && (held == 3'd3);
            if (!button)
                held <= 3'd0;
            else if (held != 3'd4)
                held <= held + 3'd1;
        end
    end
endmodule
