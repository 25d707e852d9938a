// title: Five-stage twisted ring counter with decoded phase
// category: counters
// description: Module twisted_ring_five: clock clk, asynchronous active-low reset reset_n, 5-bit registered output q and 1-bit outputs first and last. reset_n low clears q. On every rising edge q becomes {q[3:0], ~q[4]}, giving a ten-state cycle. first is 1 when q is 5'b00000 and last is 1 when q is 5'b10000 (the state before 00000).
// tags: seq, async_reset, active_low

module twisted_ring_five (
    input  wire       clk,
    input  wire       reset_n,
    output reg  [4:0] q,
    output wire       first,
    output wire       last
);
    always @(posedge clk or negedge reset_n) begin
        if (~reset_n)
            q <= 5'b00000;
        else
            q <= {q[3:0], ~q[4]};
    end

    assign first = (q == 5'b00000);
    assign last  = (q == 5'b10000);
endmodule
