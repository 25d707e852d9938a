// title: Eager stream fork
// category: protocol
// description: Module stream_fork_two: clock clk, synchronous active-low reset resetn, inputs in_valid, ready_a, ready_b, outputs in_ready, valid_a, valid_b. Every input transfer must be delivered exactly once to each of two receivers, which may accept at different times. Registers done_a and done_b (cleared by reset) tell that a receiver already took the current item. valid_x is in_valid AND NOT done_x; in_ready is in_valid AND (done_a OR ready_a) AND (done_b OR ready_b). On an edge with in_ready 1 both done registers are cleared; otherwise done_x is set when valid_x and ready_x are 1, and otherwise holds.
// tags: seq, sync_reset, active_low

module stream_fork_two (
    input  wire clk,
    input  wire resetn,
    input  wire in_valid,
    output wire in_ready,
    output wire valid_a,
    input  wire ready_a,
    output wire valid_b,
    input  wire ready_b
);
    reg done_a, done_b;

    assign valid_a  = in_valid && !done_a;
    assign valid_b  = in_valid && !done_b;
    assign in_ready = in_valid && (done_a || ready_a) && (done_b || ready_b);

    always @(posedge clk) begin
        if (!resetn) begin
            done_a <= 1'b0;
            done_b <= 1'b0;
        end else if (in_ready) begin
            done_a <= 1'b0;
            done_b <= 1'b0;
        end else begin
            if (valid_a && ready_a)
                done_a <= 1'b1;
            if (valid_b && ready_b)
                done_b <= 1'b1;
        end
    end
endmodule
