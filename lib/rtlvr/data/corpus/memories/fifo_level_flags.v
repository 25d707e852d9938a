// title: FIFO with fill level and almost flags
// category: memories
// description: Module fifo_level_flags: clock clk, synchronous active-high reset reset, 1-bit inputs wr and rd, 4-bit input din, 4-bit output dout, 3-bit output level, 1-bit outputs almost_full, almost_empty, overflow and underflow. A FIFO of four 4-bit words; dout shows the oldest stored word combinationally, or 0 when the FIFO is empty. A write when level is 4 is ignored and makes registered overflow 1 for the next cycle, even if rd is 1 on the same edge; a read when level is 0 is ignored and makes registered underflow 1 for the next cycle; both are otherwise 0. almost_full is 1 for level >= 3 and almost_empty for level <= 1. Reset clears level, pointers and the error flags.
// tags: seq, sync_reset, active_high, memory

module fifo_level_flags (
    input  wire       clk,
    input  wire       reset,
    input  wire       wr,
    input  wire       rd,
    input  wire [3:0] din,
    output wire [3:0] dout,
    output reg  [2:0] level,
    output wire       almost_full,
    output wire       almost_empty,
    output reg        overflow,
    output reg        underflow
);
    reg [3:0] slots [0:3];
    reg [1:0] head, tail;

    wire do_write = wr && (level != 3'd4);
    wire do_read  = rd && (level != 3'd0);

    always @(posedge clk) begin
        if (do_write && !reset)
            slots[tail] <= din;
    end

    always @(posedge clk) begin
        if (reset) begin
            head      <= 2'd0;
            tail      <= 2'd0;
            level     <= 3'd0;
            overflow  <= 1'b0;
            underflow <= 1'b0;
        end else begin
            overflow  <= wr && !do_write;
            underflow <= rd && !do_read;
            if (do_write)
                tail <= tail + 2'd1;
            if (do_read)
                head <= head + 2'd1;
            case ({do_write, do_read})
                2'b10:   level <= level + 3'd1;
                2'b01:   level <= level - 3'd1;
                default: level <= level;
            endcase
        end
    end

    assign dout         = (level == 3'd0) ? 4'd0 : slots[head];
    assign almost_full  = (level >= 3'd3);
    assign almost_empty = (level <= 3'd1);
endmodule
