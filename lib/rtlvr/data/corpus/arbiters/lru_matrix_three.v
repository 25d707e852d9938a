// title: Least recently granted arbiter, matrix style
// category: arbiters
// description: Module lru_matrix_three: clock clk, synchronous active-low reset rst_n, 3-bit input req, 3-bit combinational one-hot output grant. Three order bits hold, for each pair, which requester has precedence: p01 (0 before 1), p02 (0 before 2), p12 (1 before 2); reset sets all to 1. A requester is granted when it requests and every other active requester lacks precedence over it. On each edge the granted requester, if any, moves to the lowest precedence against both others; the other order bit holds.
// tags: seq, sync_reset, active_low

module lru_matrix_three (
    input  wire       clk,
    input  wire       rst_n,
    input  wire [2:0] req,
    output wire [2:0] grant
);
    reg p01, p02, p12;

    assign grant[0] = req[0] & (~req[1] |  p01) & (~req[2] |  p02);
    assign grant[1] = req[1] & (~req[0] | ~p01) & (~req[2] |  p12);
    assign grant[2] = req[2] & (~req[0] | ~p02) & (~req[1] | ~p12);

    always @(posedge clk) begin
        if (!rst_n) begin
            p01 <= 1'b1;
            p02 <= 1'b1;
            p12 <= 1'b1;
        end else begin
            case (grant)
                3'b001: begin p01 <= 1'b0; p02 <= 1'b0; end
                3'b010: begin p01 <= 1'b1; p12 <= 1'b0; end
                3'b100: begin p02 <= 1'b1; p12 <= 1'b1; end
                default: ;
            endcase
        end
    end
endmodule
