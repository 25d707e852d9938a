// title: Comparator with hysteresis and acknowledge
// category: misc
// description: Module hysteresis_alarm: clock clk, asynchronous active-low reset nreset, 6-bit unsigned inputs level and threshold, 3-bit input band, 1-bit input ack, 1-bit registered outputs over and alarm. At each edge: over becomes 1 when level is greater than threshold; otherwise over becomes 0 when level plus band (7-bit sum) is less than threshold; otherwise it holds. alarm is set at the edge where over goes from 0 to 1; otherwise it is cleared when ack is 1. Reset clears both.
// tags: seq, async_reset, active_low

module hysteresis_alarm (
    input  logic       clk,
    input  logic       nreset,
    input  logic [5:0] level,
    input  logic [5:0] threshold,
    input  logic [2:0] band,
    input  logic       ack,
    output logic       over,
    output logic       alarm
);
    wire too_high = (level > threshold);
    wire well_low = ({1'b0, level} + {4'b0, band} < {1'b0, threshold});

    always_ff @(posedge clk or negedge nreset) begin
        if (!nreset) begin
            over  <= 1'b0;
            alarm <= 1'b0;
        end else begin
            if (too_high)
                over <= 1'b1;
            else if (well_low)
                over <= 1'b0;

            if (too_high && !over)
                alarm <= 1'b1;
            else if (ack)
                alarm <= 1'b0;
        end
    end
endmodule
