// title: Free-running heartbeat pattern
// category: misc
// description: Module heartbeat_blinker without reset or data inputs: clock clk and 1-bit output led. A 4-bit counter with initial value 0 increments modulo 16 on every rising edge; led is 1 when the counter is 0, 1, 4 or 5 (a double beat) and 0 otherwise.
// tags: seq, no_reset, initial

module heartbeat_blinker (
    input  wire clk,
    output wire led
);
    reg [3:0] phase = 4'd0;

    always @(posedge clk)
        phase <= phase + 4'd1;

    assign led = ~phase[3] & ~phase[1];
endmodule
