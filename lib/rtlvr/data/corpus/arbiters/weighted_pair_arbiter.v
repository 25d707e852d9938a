// title: Weighted two-way arbiter
// category: arbiters
// description: Module weighted_pair_arbiter: clock clk, asynchronous active-high reset rst, 1-bit inputs req0 and req1, 2-bit input weight, 1-bit combinational outputs gnt0 and gnt1. When only one requester is active it is granted. When both are, requester 0 is granted unless the credit register equals 0, in which case requester 1 is. On an edge where gnt0 is 1 and req1 is 1, the 2-bit credit is decremented; on an edge where gnt1 is 1, credit is loaded with weight; otherwise it holds. Reset sets credit to 0.
// tags: seq, async_reset, active_high

module weighted_pair_arbiter (
    input  wire       clk,
    input  wire       rst,
    input  wire       req0,
    input  wire       req1,
    input  wire [1:0] weight,
    output wire       gnt0,
    output wire       gnt1
);
    reg [1:0] credit;

    assign gnt0 = req0 && (!req1 || credit != 2'd0);
    assign gnt1 = req1 && !gnt0;

    always @(posedge clk or posedge rst) begin
        if (rst)
            credit <= 2'd0;
        else if (gnt1)
            credit <= weight;
        else if (gnt0 && req1)
            credit <= credit - 2'd1;
    end
endmodule
