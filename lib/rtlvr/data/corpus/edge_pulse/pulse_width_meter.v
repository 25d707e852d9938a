// title: Pulse width measurement
// category: edge_pulse
// description: Module pulse_width_meter: clock clk, synchronous active-high reset srst, 1-bit input sig, 4-bit registered output width and 1-bit registered output done. The number of consecutive edges at which sig is 1 is counted (saturating at 15). At the first edge with sig 0 after a high period, width takes that count and done is 1 for the next cycle; done is otherwise 0 and width holds. Reset clears width, done and the running count.
// tags: seq, sync_reset, active_high

module pulse_width_meter (
    input  logic       clk,
    input  logic       srst,
    input  logic       sig,
    output logic [3:0] width,
    output logic       done
);
    logic [3:0] running;

    always_ff @(posedge clk) begin
        if (srst) begin
            running <= 4'd0;
            width   <= 4'd0;
            done    <= 1'b0;
        end else begin
            done <= 1'b0;
            if (sig) begin
                if (running != 4'd15)
                    running <= running + 4'd1;
            end else if (running != 4'd0) begin
                width   <= running;
                running <= 4'd0;
                done    <= 1'b1;
            end
        end
    end
endmodule
