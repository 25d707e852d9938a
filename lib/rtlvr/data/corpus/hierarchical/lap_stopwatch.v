// title: Stopwatch with display freeze
// category: hierarchical
// description: Module lap_stopwatch: clock clk, synchronous active-high reset rst, 1-bit inputs start_stop and freeze, 4-bit output tenths, 3-bit output seconds and 1-bit output running. running is a register inverted on each edge with start_stop 1. The internal time counts on each edge where running (before the edge) is 1: tenths 0-9, carrying into seconds 0-7, which wraps to 0. The outputs tenths and seconds are a display register: on each edge with freeze 0 it takes the internal time as it was before the edge, with freeze 1 it holds. Reset clears everything.
// tags: seq, sync_reset, active_high, hierarchy

module lsw_timebase (
    input  wire       clk,
    input  wire       rst,
    input  wire       run,
    output reg  [3:0] tenths,
    output reg  [2:0] seconds
);
    always @(posedge clk) begin
        if (rst) begin
            tenths  <= 4'd0;
            seconds <= 3'd0;
        end else if (run) begin
            if (tenths == 4'd9) begin
                tenths  <= 4'd0;
                seconds <= seconds + 3'd1;
            end else
                tenths <= tenths + 4'd1;
        end
    end
endmodule

module lsw_display (
    input  wire       clk,
    input  wire       rst,
    input  wire       hold,
    input  wire [6:0] d,
    output reg  [6:0] q
);
    always @(posedge clk)
        if (rst)
            q <= 7'd0;
        else if (!hold)
            q <= d;
endmodule

module lap_stopwatch (
    input  wire       clk,
    input  wire       rst,
    input  wire       start_stop,
    input  wire       freeze,
    output wire [3:0] tenths,
    output wire [2:0] seconds,
    output reg        running
);
    wire [3:0] t;
    wire [2:0] s;

    always @(posedge clk)
        if (rst)
            running <= 1'b0;
        else if (start_stop)
            running <= ~running;

    lsw_timebase u_time (.clk(clk), .rst(rst), .run(running), .tenths(t), .seconds(s));
    lsw_display  u_disp (.clk(clk), .rst(rst), .hold(freeze), .d({s, t}),
                         .q({seconds, tenths}));
endmodule
