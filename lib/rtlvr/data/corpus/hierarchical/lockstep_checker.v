// title: Two redundant counters with comparison
// category: hierarchical
// description: Module lockstep_checker: clock clk, asynchronous active-low reset nreset, 1-bit inputs en and upset, 4-bit output value, 1-bit registered output alarm. Two copies of a 4-bit counter count up on edges with en 1; the second copy additionally has its bit 0 inverted in the value it stores on an edge where both en and upset are 1. value is the first copy. alarm is set at an edge when the two copies differ before the edge, and then stays 1 until reset. Reset clears both copies and alarm.
// tags: seq, async_reset, active_low, hierarchy

module lsc_counter (
    input  wire       clk,
    input  wire       nreset,
    input  wire       en,
    input  wire       disturb,
    output reg  [3:0] q
);
    wire [3:0] plus_one = q + 4'd1;

    always @(posedge clk or negedge nreset)
        if (!nreset)
            q <= 4'd0;
        else if (en)
            q <= plus_one ^ {3'b000, disturb};
endmodule

module lockstep_checker (
    input  wire       clk,
    input  wire       nreset,
    input  wire       en,
    input  wire       upset,
    output wire [3:0] value,
    output reg        alarm
);
    wire [3:0] shadow;

    lsc_counter u_main   (.clk(clk), .nreset(nreset), .en(en), .disturb(1'b0),  .q(value));
    lsc_counter u_shadow (.clk(clk), .nreset(nreset), .en(en), .disturb(upset), .q(shadow));

    always @(posedge clk or negedge nreset)
        if (!nreset)
            alarm <= 1'b0;
        else if (value != shadow)
            alarm <= 1'b1;
endmodule
