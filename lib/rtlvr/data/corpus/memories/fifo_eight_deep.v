// title: Synchronous FIFO, eight words
// category: memories
// description: Module fifo_eight_deep: clock clk, asynchronous active-low reset rst_n, 1-bit inputs push and pop, 8-bit input wdata, 8-bit registered output rdata, 1-bit outputs empty and full. A FIFO of eight 8-bit words. push writes wdata unless full; pop, unless empty, moves the oldest word into rdata at the edge (rdata is valid in the following cycle and holds until the next successful pop). Push and pop may happen on the same edge; fullness and emptiness are judged from the state before the edge. Reset empties the FIFO and sets rdata to 0.
// tags: seq, async_reset, active_low, memory

module fifo_eight_deep (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       push,
    input  wire       pop,
    input  wire [7:0] wdata,
    output reg  [7:0] rdata,
    output wire       empty,
    output wire       full
);
    reg [7:0] store [0:7];
    // One extra pointer bit tells full from empty.
    reg [3:0] wptr, rptr;

    assign empty = (wptr == rptr);
    assign full  = (wptr == {~rptr[3], rptr[2:0]});

    always @(posedge clk)
        if (push && !full)
            store[wptr[2:0]] <= wdata;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            wptr  <= 4'd0;
            rptr  <= 4'd0;
            rdata <= 8'd0;
        end else begin
            if (push && !full)
                wptr <= wptr + 4'd1;
            if (pop && !empty) begin
                rdata <= store[rptr[2:0]];
                rptr  <= rptr + 4'd1;
            end
        end
    end
endmodule
