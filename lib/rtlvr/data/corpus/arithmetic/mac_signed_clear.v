// title: Signed multiply-accumulate unit
// category: arithmetic
// description: Module mac_signed_clear: clock clk, synchronous active-high reset rst, 1-bit inputs en and start, 6-bit two's complement inputs x and y, and a 16-bit two's complement registered output acc. On a rising clk edge, rst sets acc to 0; otherwise when en is 1, acc becomes x*y if start is 1 and acc + x*y (modulo 2^16) if start is 0; when en is 0 acc holds.
// tags: seq, sync_reset, active_high, signed

module mac_signed_clear (
    input  logic               clk,
    input  logic               rst,
    input  logic               en,
    input  logic               start,
    input  logic signed [5:0]  x,
    input  logic signed [5:0]  y,
    output logic signed [15:0] acc
);
    wire signed [11:0] product = x * y;

    always_ff @(posedge clk) begin
        if (rst)
            acc <= 16'sd0;
        else if (en) begin
            if (start)
                acc <= product;
            else
                acc <= acc + product;
        end
    end
endmodule
