// title: Credit-based request gate
// category: arbiters
// description: Module credit_gate: clock clk, synchronous active-high reset reset, 1-bit inputs want and give_back, 1-bit combinational output go and 3-bit registered output credits. Reset sets credits to 5. go is want AND (credits is not 0). On each edge credits decreases by one when go is 1 and give_back is 0, increases by one when give_back is 1 and go is 0 (but never above 5), and otherwise holds.
// tags: seq, sync_reset, active_high

module credit_gate (
    input  logic       clk,
    input  logic       reset,
    input  logic       want,
    input  logic       give_back,
    output logic       go,
    output logic [2:0] credits
);
    localparam [2:0] MAX = 3'd5;

    assign go = want && (credits != 3'd0);

    always_ff @(posedge clk) begin
        if (reset)
            credits <= MAX;
        else
            case ({go, give_back})
                2'b10: credits <= credits - 3'd1;
                2'b01: if (credits != MAX) credits <= credits + 3'd1;
                default: ;
            endcase
    end
endmodule
