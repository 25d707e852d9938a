// title: Counter debouncer with press pulse
// category: edge_pulse
// description: Module debounce_timer with parameter STABLE (default 3, at least 2): clock clk, asynchronous active-low reset arst_n, 1-bit input key, 1-bit registered outputs pressed and press_pulse. Reset clears everything. On each edge where key equals pressed the internal counter is zeroed; where it differs the counter is incremented, and on the STABLE-th consecutive differing edge pressed takes key and the counter is zeroed. press_pulse is 1 for exactly the first cycle of each period in which pressed is 1, otherwise 0.
// tags: seq, async_reset, active_low, parameter

module debounce_timer #(
    parameter STABLE = 3
) (
    input  wire clk,
    input  wire arst_n,
    input  wire key,
    output reg  pressed,
    output reg  press_pulse
);
    reg [7:0] count;

    always @(posedge clk or negedge arst_n) begin
        if (!arst_n) begin
            count       <= 8'd0;
            pressed     <= 1'b0;
            press_pulse <= 1'b0;
        end else begin
            press_pulse <= 1'b0;
            if (key == pressed)
                count <= 8'd0;
            else if (count == STABLE - 1) begin
                count       <= 8'd0;
                pressed     <= key;
                press_pulse <= key;
            end else
                count <= count + 8'd1;
        end
    end
endmodule
