// title: Arbiter with maximum tenure
// category: arbiters
// description: Module grant_timeout_arbiter: clock clk, asynchronous active-high reset clear, 2-bit input req, 2-bit registered one-hot output grant. A holder keeps its grant while it requests, but for at most four cycles when the other requester is also waiting at the end of them: a 2-bit tenure counter is 0 in the first cycle of a grant and increments on each edge where the grant is kept, saturating at 3; at an edge with tenure 3 and the other request 1 the grant moves to the other. When the holder's request is 0 at an edge, the grant goes to the other requester if it requests, else becomes 0. From no grant, requester 0 has priority. Every new grant starts with tenure 0. Reset clears grant and tenure.
// tags: seq, async_reset, active_high

module grant_timeout_arbiter (
    input  wire       clk,
    input  wire       clear,
    input  wire [1:0] req,
    output reg  [1:0] grant
);
    reg [1:0] tenure;

    wire       holder_req = |(grant & req);
    wire [1:0] others     = {grant[0], grant[1]} & req;

    always @(posedge clk or posedge clear) begin
        if (clear) begin
            grant  <= 2'b00;
            tenure <= 2'd0;
        end else if (grant == 2'b00) begin
            grant  <= req[0] ? 2'b01 : req;
            tenure <= 2'd0;
        end else if (holder_req && !(tenure == 2'd3 && |others)) begin
            if (tenure != 2'd3)
                tenure <= tenure + 2'd1;
        end else begin
            grant  <= others;
            tenure <= 2'd0;
        end
    end
endmodule
