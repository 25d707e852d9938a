// title: Up/down counter with wrap pulse
// category: counters
// description: Module updown_wrap_counter: clock clk, synchronous active-high reset rst, 1-bit inputs enable and up, 4-bit registered output count, 1-bit combinational output wrap. Reset sets count to 0. On a rising edge with enable 1, count goes up by one when up is 1 and down by one when up is 0, modulo 16. wrap is 1 while enable is 1 and the next step would cross the boundary (count 15 going up or count 0 going down).
// tags: seq, sync_reset, active_high

module updown_wrap_counter (
    input  wire       clk,
    input  wire       rst,
    input  wire       enable,
    input  wire       up,
    output reg  [3:0] count,
    output wire       wrap
);
    always @(posedge clk) begin
        if (rst)
            count <= 4'd0;
        else if (enable)
            count <= up ? count + 4'd1 : count - 4'd1;
    end

    assign wrap = enable && (up ? (count == 4'd15) : (count == 4'd0));
endmodule
