// title: Counter that bounces between limits
// category: counters
// description: Module triangle_counter: clock clk, asynchronous active-high reset clr, 3-bit registered output level and 1-bit registered output falling. clr sets level to 0 and falling to 0. On every rising edge level moves one step: up while falling is 0, down while falling is 1. falling is set on the step that reaches 7 and cleared on the step that reaches 0, so level runs 0,1,...,7,6,...,1,0,1,...
// tags: seq, async_reset, active_high

module triangle_counter (
    input  wire       clk,
    input  wire       clr,
    output reg  [2:0] level,
    output reg        falling
);
    always @(posedge clk or posedge clr) begin
        if (clr) begin
            level   <= 3'd0;
            falling <= 1'b0;
        end else if (!falling) begin
            level <= level + 3'd1;
            if (level == 3'd6)
                falling <= 1'b1;
        end else begin
            level <= level - 3'd1;
            if (level == 3'd1)
                falling <= 1'b0;
        end
    end
endmodule
