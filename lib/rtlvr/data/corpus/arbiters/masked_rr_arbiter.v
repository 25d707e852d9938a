// title: Round-robin arbiter with thermometer mask
// category: arbiters
// description: Module masked_rr_arbiter: clock clk, synchronous active-high reset reset, 5-bit input req, 1-bit input accept, 5-bit combinational one-hot output grant. A 5-bit mask register marks the requesters that still have their turn in this round. grant is the lowest-numbered bit of req AND mask if that is nonzero, else the lowest-numbered bit of req, else 0. On a rising edge with accept 1 and grant nonzero, mask becomes all positions strictly above the granted one. Reset sets mask to all ones.
// tags: seq, sync_reset, active_high, function

module masked_rr_arbiter (
    input  wire       clk,
    input  wire       reset,
    input  wire [4:0] req,
    input  wire       accept,
    output wire [4:0] grant
);
    reg  [4:0] mask;
    wire [4:0] in_round = req & mask;

    function [4:0] lowest;
        input [4:0] v;
        lowest = v & (~v + 5'd1);
    endfunction

    assign grant = (in_round != 5'd0) ? lowest(in_round) : lowest(req);

    always @(posedge clk) begin
        if (reset)
            mask <= 5'b11111;
        else if (accept && grant != 5'd0)
            mask <= ~(grant | (grant - 5'd1));
    end
endmodule
