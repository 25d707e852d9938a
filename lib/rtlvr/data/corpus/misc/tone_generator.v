// title: Square wave tone generator
// category: misc
// description: Module tone_generator: clock clk, synchronous active-low reset srst_n, 1-bit input enable, 3-bit input half_period, 1-bit registered output tone. A 3-bit counter runs while enable is 1: on each edge, if the counter is at least half_period it becomes 0 and tone is inverted, otherwise it is incremented; tone thus changes every half_period+1 edges for a constant half_period. On an edge with enable 0 counter and tone become 0. Reset clears both.
// tags: seq, sync_reset, active_low

module tone_generator (
    input  wire       clk,
    input  wire       srst_n,
    input  wire       enable,
    input  wire [2:0] half_period,
    output reg        tone
);
    reg [2:0] count;

    always @(posedge clk) begin
        if (!srst_n || !enable) begin
            count <= 3'd0;
            tone  <= 1'b0;
        end else if (count >= half_period) begin
            count <= 3'd0;
            tone  <= ~tone;
        end else
            count <= count + 3'd1;
    end
endmodule
