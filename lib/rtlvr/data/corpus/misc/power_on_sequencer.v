// title: Power-on rail sequencer with initial state
// category: misc
// description: Module power_on_sequencer without reset: clock clk, 1-bit inputs good and trip, 3-bit registered output rails and 1-bit output up, with initial values rails = 0. On an edge with trip 1 rails becomes 0. Otherwise, with good 1, one more rail is switched on, in the order rails = 000, 001, 011, 111, staying at 111; with good 0 rails holds. up is 1 when rails is 111.
// tags: seq, no_reset, initial

module power_on_sequencer (
    input  wire       clk,
    input  wire       good,
    input  wire       trip,
    output reg  [2:0] rails,
    output wire       up
);
    initial rails = 3'b000;

    always @(posedge clk) begin
        if (trip)
            rails <= 3'b000;
        else if (good)
            rails <= {rails[1:0], 1'b1};
    end

    assign up = &rails;
endmodule
