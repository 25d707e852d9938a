// title: Arbiter favouring the longest waiting request
// category: arbiters
// description: Module age_based_arbiter: clock clk, synchronous active-low reset nreset, 2-bit input req, 1-bit input stall, 2-bit combinational one-hot output grant, two 2-bit registered outputs age0 and age1. While stall is 1 grant is 0. Otherwise, with one active request that one is granted; with both, the one with the larger age wins and requester 0 wins ties; with none grant is 0. On an edge, the age of a requester that requests but is not granted increases by one, saturating at 3; the age of a granted or idle requester becomes 0. Reset clears the ages.
// tags: seq, sync_reset, active_low

module age_based_arbiter (
    input  wire       clk,
    input  wire       nreset,
    input  wire [1:0] req,
    input  wire       stall,
    output wire [1:0] grant,
    output reg  [1:0] age0,
    output reg  [1:0] age1
);
    wire one_is_older = (age1 > age0);

    assign grant[0] = req[0] && !stall && !(req[1] && one_is_older);
    assign grant[1] = req[1] && !stall && !(req[0] && !one_is_older);

    wire [1:0] unserved = req & ~grant;

    always @(posedge clk) begin
        if (!nreset) begin
            age0 <= 2'd0;
            age1 <= 2'd0;
        end else begin
            if (!unserved[0])
                age0 <= 2'd0;
            else if (age0 != 2'd3)
                age0 <= age0 + 2'd1;

            if (!unserved[1])
                age1 <= 2'd0;
            else if (age1 != 2'd3)
                age1 <= age1 + 2'd1;
        end
    end
endmodule
