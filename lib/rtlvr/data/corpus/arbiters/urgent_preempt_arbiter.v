// title: Arbiter with urgent pre-emption
// category: arbiters
// description: Module urgent_preempt_arbiter: clock clk, synchronous active-high reset rst, 3-bit inputs req and urgent, 2-bit registered output owner and 1-bit registered output busy, 1-bit registered output preempted. urgent[i] counts only together with req[i]. On an edge: if some urgent request exists and the current owner (when busy) is not itself requesting urgently, the lowest-numbered urgent requester becomes owner, busy is 1, and preempted becomes 1 if busy was 1 and the owner still requested; else if busy and the owner still requests, it keeps the bus; else the lowest-numbered requester becomes owner with busy 1; with no request busy becomes 0 and owner holds. preempted is 0 in all other cases. Reset clears all outputs.
// tags: seq, sync_reset, active_high

module urgent_preempt_arbiter (
    input  wire       clk,
    input  wire       rst,
    input  wire [2:0] req,
    input  wire [2:0] urgent,
    output reg  [1:0] owner,
    output reg        busy,
    output reg        preempted
);
    wire [2:0] hot        = req & urgent;
    wire       owner_req  = busy && (req >> owner & 3'b001) != 3'b000;
    wire       owner_hot  = busy && (hot >> owner & 3'b001) != 3'b000;
    wire [1:0] first_hot  = hot[0] ? 2'd0 : hot[1] ? 2'd1 : 2'd2;
    wire [1:0] first_req  = req[0] ? 2'd0 : req[1] ? 2'd1 : 2'd2;

    always @(posedge clk) begin
        if (rst) begin
            owner     <= 2'd0;
            busy      <= 1'b0;
            preempted <= 1'b0;
        end else begin
            preempted <= 1'b0;
            if (hot != 3'b000 && !owner_hot) begin
                owner     <= first_hot;
                busy      <= 1'b1;
                preempted <= owner_req;
            end else if (!owner_req) begin
                busy <= |req;
                if (|req)
                    owner <= first_req;
            end
        end
    end
endmodule
