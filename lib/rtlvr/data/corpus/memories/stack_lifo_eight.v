// title: Eight-entry stack
// category: memories
// description: Module stack_lifo_eight: clock clk, synchronous active-low reset clr_n, 1-bit inputs push and pop, 8-bit input din, 8-bit output top, 4-bit registered output depth, 1-bit outputs empty and full. A stack of up to eight 8-bit words. On a rising edge: push alone stores din on top unless full; pop alone removes the top word unless empty; push and pop together replace the top word by din if the stack is not empty, and act as a plain push if it is empty. top shows the top word combinationally, or 0 when empty. clr_n low empties the stack.
// tags: seq, sync_reset, active_low, memory

module stack_lifo_eight (
    input  wire       clk,
    input  wire       clr_n,
    input  wire       push,
    input  wire       pop,
    input  wire [7:0] din,
    output wire [7:0] top,
    output reg  [3:0] depth,
    output wire       empty,
    output wire       full
);
    reg  [7:0] words [0:7];
    wire [2:0] top_index = depth[2:0] - 3'd1;
    wire       replace   = push && pop && !empty;

    assign empty = (depth == 4'd0);
    assign full  = depth[3];
    assign top   = empty ? 8'd0 : words[top_index];

    always @(posedge clk) begin
        if (!clr_n)
            depth <= 4'd0;
        else if (replace)
            words[top_index] <= din;
        else if (push && !full) begin
            words[depth[2:0]] <= din;
            depth             <= depth + 4'd1;
        end else if (pop && !push && !empty)
            depth <= depth - 4'd1;
    end
endmodule
