// title: Two-master arbiter with locking
// category: arbiters
// description: Module hold_until_release: clock clk, synchronous active-low reset resetn, 1-bit inputs req_a and req_b, 1-bit registered outputs gnt_a and gnt_b. An owner keeps its grant as long as its request stays 1. On an edge where nobody owns the bus, or the owner's request is 0, the bus is given anew: to the only requester, or when both request to the one that did not own the bus last, or to nobody (both grants 0). Reset clears the grants and treats b as the last owner.
// tags: seq, sync_reset, active_low

module hold_until_release (
    input  wire clk,
    input  wire resetn,
    input  wire req_a,
    input  wire req_b,
    output reg  gnt_a,
    output reg  gnt_b
);
    reg  last_was_b;
    wire keep   = (gnt_a && req_a) || (gnt_b && req_b);
    wire pick_a = req_a && (!req_b || last_was_b);
    wire pick_b = req_b && !pick_a;

    always @(posedge clk) begin
        if (!resetn) begin
            gnt_a      <= 1'b0;
            gnt_b      <= 1'b0;
            last_was_b <= 1'b1;
        end else if (!keep) begin
            gnt_a <= pick_a;
            gnt_b <= pick_b;
            if (pick_a)
                last_was_b <= 1'b0;
            else if (pick_b)
                last_was_b <= 1'b1;
        end
    end
endmodule
