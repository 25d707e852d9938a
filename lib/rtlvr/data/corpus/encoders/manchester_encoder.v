// title: Manchester line encoder
// category: encoders
// description: Module manchester_encoder: clock clk (twice the bit rate), asynchronous active-low reset rst_n, 1-bit inputs send and din, 1-bit registered output line and 1-bit output ready. The encoder alternates between a first and a second half bit. When ready is 1 (first half, also after reset) an edge with send 1 captures din, makes line equal to NOT din and starts the bit; at the next edge line becomes the captured din (second half) and ready is 1 again after it. An edge with ready 1 and send 0 makes line 0. Reset sets line to 0 and ready to 1.
// tags: seq, async_reset, active_low

module manchester_encoder (
    input  wire clk,
    input  wire rst_n,
    input  wire send,
    input  wire din,
    output reg  line,
    output wire ready
);
    reg second_half;

    assign ready = ~second_half;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            line        <= 1'b0;
            second_half <= 1'b0;
        end else if (second_half) begin
            // The line still holds the inverse of the captured bit.
            line        <= ~line;
            second_half <= 1'b0;
        end else begin
            line        <= send & ~din;
            second_half <= send;
        end
    end
endmodule
