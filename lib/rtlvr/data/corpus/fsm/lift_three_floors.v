// title: Three-floor lift controller
// category: fsm
// description: Module lift_three_floors: clock clk, asynchronous active-high reset reset, 3-bit input call (bit i requests floor i), 2-bit registered output floor, 1-bit registered outputs door_open, going_up and going_down. Reset puts the lift at floor 0 with all other outputs 0. Calls are remembered in an internal 3-bit pending register (cleared by reset) ORed with call on each edge. On each edge, using requests = pending OR call: if the bit of the current floor is set, door_open becomes 1, both direction outputs 0 and that pending bit is cleared; otherwise door_open becomes 0 and, if a request exists above and (going_down is 0 or none exists below), floor increases with going_up 1 and going_down 0; else if a request exists below, floor decreases with going_down 1 and going_up 0; else both direction outputs become 0.
// tags: seq, async_reset, active_high

module lift_three_floors (
    input  wire       clk,
    input  wire       reset,
    input  wire [2:0] call,
    output reg  [1:0] floor,
    output reg        door_open,
    output reg        going_up,
    output reg        going_down
);
    reg  [2:0] pending;
    reg  [2:0] here;

    wire [2:0] requests = pending | call;
    wire [2:0] upper    = ~(here | (here - 3'd1));
    wire       any_up   = |(requests & upper);
    wire       any_down = |(requests & (here - 3'd1));

    always @(*)
        case (floor)
            2'd0:    here = 3'b001;
            2'd1:    here = 3'b010;
            default: here = 3'b100;
        endcase

    always @(posedge clk or posedge reset) begin
        if (reset) begin
            floor      <= 2'd0;
            door_open  <= 1'b0;
            going_up   <= 1'b0;
            going_down <= 1'b0;
            pending    <= 3'b000;
        end else begin
            pending    <= requests;
            door_open  <= 1'b0;
            going_up   <= 1'b0;
            going_down <= 1'b0;
            if (|(requests & here)) begin
                door_open <= 1'b1;
                pending   <= requests & ~here;
            end else if (any_up && !(going_down && any_down)) begin
                floor    <= floor + 2'd1;
                going_up <= 1'b1;
            end else if (any_down) begin
                floor      <= floor - 2'd1;
                going_down <= 1'b1;
            end
        end
    end
endmodule
