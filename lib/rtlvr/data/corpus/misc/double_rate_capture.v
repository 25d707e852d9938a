// title: Capture on both clock edges
// category: misc
// description: Module double_rate_capture without reset: clock clk, 4-bit input d and 8-bit registered output pair. A 4-bit register stores d at every falling edge of clk. At every rising edge, pair[3:0] takes that register (the sample of the preceding falling edge) and pair[7:4] takes d as sampled at the rising edge itself.
// tags: seq, no_reset, negedge

module double_rate_capture (
    input  wire       clk,
    input  wire [3:0] d,
    output reg  [7:0] pair
);
    reg [3:0] fall_sample;

    always @(negedge clk)
        fall_sample <= d;

    always @(posedge clk)
        pair <= {d, fall_sample};
endmodule
