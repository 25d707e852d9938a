// title: Non-overlapping 0110 detector, Mealy style
// category: fsm
// description: Module mealy_0110_detector: clock clk, synchronous active-low reset rst_n, 1-bit inputs valid and din, 1-bit combinational output hit. Bits are consumed on rising edges with valid 1. hit is 1, in the same cycle, when valid is 1, din is 0 and the last three consumed bits were 0,1,1 as part of the current search. After a hit the search starts afresh (the final 0 is not reused). With valid 0 the state holds and hit is 0.
// tags: seq, sync_reset, active_low

module mealy_0110_detector (
    input  wire clk,
    input  wire rst_n,
    input  wire valid,
    input  wire din,
    output reg  hit
);
    localparam [1:0] IDLE = 2'd0, GOT_0 = 2'd1, GOT_01 = 2'd2, GOT_011 = 2'd3;

    reg [1:0] state;
    reg [1:0] upcoming;

    always @(posedge clk) begin
        if (!rst_n)
            state <= IDLE;
        else
            state <= upcoming;
    end

    always @(*) begin
        upcoming = state;
        hit      = 1'b0;
        if (valid) begin
            case (state)
                IDLE:    upcoming = din ? IDLE    : GOT_0;
                GOT_0:   upcoming = din ? GOT_01  : GOT_0;
                GOT_01:  upcoming = din ? GOT_011 : GOT_0;
                GOT_011: begin
                    upcoming = IDLE;
                    hit      = !din;
                end
            endcase
        end
    end
endmodule
