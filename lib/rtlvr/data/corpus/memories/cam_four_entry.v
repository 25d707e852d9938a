// title: Four-entry content addressable memory
// category: memories
// description: Module cam_four_entry: clock clk, asynchronous active-high reset areset, 1-bit inputs write and remove, 2-bit input index, 4-bit inputs key_in and search, 1-bit output hit and 2-bit output hit_index. Four entries each hold a 4-bit key and a valid bit; reset makes all valid bits 0 and all keys 0. On a rising edge write stores key_in at entry index and makes it valid; otherwise remove makes entry index invalid. Combinationally, hit is 1 when some valid entry's key equals search, and hit_index is the lowest such entry (0 when there is no hit).
// tags: seq, async_reset, active_high

module cam_four_entry (
    input  wire       clk,
    input  wire       areset,
    input  wire       write,
    input  wire       remove,
    input  wire [1:0] index,
    input  wire [3:0] key_in,
    input  wire [3:0] search,
    output reg        hit,
    output reg  [1:0] hit_index
);
    reg [15:0] keys;
    reg [3:0]  valid;
    integer    n;

    always @(posedge clk or posedge areset) begin
        if (areset) begin
            keys  <= 16'd0;
            valid <= 4'd0;
        end else if (write) begin
            keys[4*index +: 4] <= key_in;
            valid[index]       <= 1'b1;
        end else if (remove)
            valid[index] <= 1'b0;
    end

    always @(*) begin
        hit       = 1'b0;
        hit_index = 2'd0;
        // Scan downwards so that the lowest matching entry wins.
        for (n = 3; n >= 0; n = n - 1)
            if (valid[n] && keys[4*n +: 4] == search) begin
                hit       = 1'b1;
                hit_index = n[1:0];
            end
    end
endmodule
