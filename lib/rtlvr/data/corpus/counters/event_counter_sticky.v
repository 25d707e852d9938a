// title: Event counter with sticky overflow
// category: counters
// description: Module event_counter_sticky: clock clk, asynchronous active-high reset areset, 1-bit inputs event_in and ack, 4-bit registered output events and 1-bit registered output overflow. Reset clears both. On each rising edge with event_in 1, events is incremented modulo 16. overflow becomes 1 when an increment wraps from 15 to 0 and stays 1 until an edge where ack is 1 without a simultaneous wrap (a wrap has priority over ack).
// tags: seq, async_reset, active_high

module event_counter_sticky (
    input  wire       clk,
    input  wire       areset,
    input  wire       event_in,
    input  wire       ack,
    output reg  [3:0] events,
    output reg        overflow
);
    wire wraps = event_in && (&events);

    always @(posedge clk or posedge areset) begin
        if (areset) begin
            events   <= 4'd0;
            overflow <= 1'b0;
        end else begin
            if (event_in)
                events <= events + 4'd1;

            if (wraps)
                overflow <= 1'b1;
            else if (ack)
                overflow <= 1'b0;
        end
    end
endmodule
