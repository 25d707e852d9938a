// title: Four-bit PWM generator
// category: edge_pulse
// description: Module pwm_compare_four_bit: clock clk, asynchronous active-low reset aresetn, 4-bit input duty, 1-bit registered output pwm. An internal counter counts 0 to 14 repeatedly (15-cycle period) and is cleared by reset. At each edge pwm becomes 1 when the counter value before the edge is less than duty, else 0; duty 0 therefore gives constant 0 and duty 15 constant 1. Reset clears pwm.
// tags: seq, async_reset, active_low

module pwm_compare_four_bit (
    input  logic       clk,
    input  logic       aresetn,
    input  logic [3:0] duty,
    output logic       pwm
);
    logic [3:0] ramp;

    always_ff @(posedge clk or negedge aresetn) begin
        if (!aresetn) begin
            ramp <= 4'd0;
            pwm  <= 1'b0;
        end else begin
            // A period of 15 lets the duty reach both 0 and 100 percent.
            ramp <= (ramp == 4'd14) ? 4'd0 : ramp + 4'd1;
            pwm  <= (ramp < duty);
        end
    end
endmodule
