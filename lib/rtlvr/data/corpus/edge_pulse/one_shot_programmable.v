// title: Non-retriggerable one-shot
// category: edge_pulse
// description: Module one_shot_programmable: clock clk, asynchronous active-high reset clr, 1-bit input fire, 3-bit input length, 1-bit registered output pulse and 1-bit registered output missed. When pulse is 0 and fire is 1 at an edge, pulse becomes 1 for length+1 cycles (length sampled at that edge). A fire during the pulse does not extend it but makes missed 1 for the next cycle; missed is 0 otherwise. On the final pulse cycle a fire is also missed. Reset clears both outputs and ends any pulse.
// tags: seq, async_reset, active_high

module one_shot_programmable (
    input  logic       clk,
    input  logic       clr,
    input  logic       fire,
    input  logic [2:0] length,
    output logic       pulse,
    output logic       missed
);
    logic [2:0] left;

    always_ff @(posedge clk or posedge clr) begin
        if (clr) begin
            pulse  <= 1'b0;
            missed <= 1'b0;
            left   <= 3'd0;
        end else begin
            missed <= pulse & fire;
            if (!pulse) begin
                if (fire) begin
                    pulse <= 1'b1;
                    left  <= length;
                end
            end else if (left == 3'd0)
                pulse <= 1'b0;
            else
                left <= left - 3'd1;
        end
    end
endmodule
