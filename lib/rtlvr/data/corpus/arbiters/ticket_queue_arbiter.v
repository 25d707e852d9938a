// title: First-come first-served pair arbiter
// category: arbiters
// description: Module ticket_queue_arbiter: clock clk, asynchronous active-low reset clr_n, 2-bit inputs ask and done, 2-bit output serving (one-hot or 0) and 2-bit output waiting. Each requester has a waiting flag, set on an edge with ask 1 and cleared on an edge where it is being served and its done bit is 1 (done beats ask on the same edge). A flag order remembers which waited first: when exactly one flag is set after an edge, order points at it; when both become set on the same edge, or stay set, order holds; when none is set, order holds. serving is one-hot at the only waiting requester, or at requester order when both wait, else 0. Reset clears waiting and order (order 0 means requester 0).
// tags: seq, async_reset, active_low

module ticket_queue_arbiter (
    input  logic       clk,
    input  logic       clr_n,
    input  logic [1:0] ask,
    input  logic [1:0] done,
    output logic [1:0] serving,
    output logic [1:0] waiting
);
    logic        order;
    wire [1:0] waiting_next = (waiting | ask) & ~(serving & done);

    assign serving = (waiting == 2'b11) ? (order ? 2'b10 : 2'b01) : waiting;

    always_ff @(posedge clk or negedge clr_n) begin
        if (!clr_n) begin
            waiting <= 2'b00;
            order   <= 1'b0;
        end else begin
            waiting <= waiting_next;
            if (waiting_next == 2'b01)
                order <= 1'b0;
            else if (waiting_next == 2'b10)
                order <= 1'b1;
        end
    end
endmodule
