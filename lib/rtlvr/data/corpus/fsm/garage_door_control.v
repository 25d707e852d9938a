// title: Garage door motor controller
// category: fsm
// description: Module garage_door_control: clock clk, synchronous active-low reset clr_n, 1-bit inputs button, at_top, at_bottom and blocked, 1-bit outputs motor_up and motor_down. States: STOP_DOWN (at rest, next movement is up; entered by reset), OPENING, STOP_UP (at rest, next movement is down), CLOSING. On an edge: STOP_DOWN with button goes to OPENING; STOP_UP with button goes to CLOSING; OPENING goes to STOP_UP when at_top or button is 1; CLOSING goes to OPENING when blocked is 1 (highest priority), else to STOP_DOWN when at_bottom or button is 1; otherwise states hold. motor_up is 1 in OPENING and motor_down in CLOSING.
// tags: seq, sync_reset, active_low

module garage_door_control (
    input  wire clk,
    input  wire clr_n,
    input  wire button,
    input  wire at_top,
    input  wire at_bottom,
    input  wire blocked,
    output wire motor_up,
    output wire motor_down
);
    localparam [3:0] STOP_DOWN = 4'b0001,
                     OPENING   = 4'b0010,
                     STOP_UP   = 4'b0100,
                     CLOSING   = 4'b1000;

    reg [3:0] state;

    always @(posedge clk) begin
        if (!clr_n)
            state <= STOP_DOWN;
        else
            case (state)
                STOP_DOWN: if (button) state <= OPENING;
                OPENING:   if (at_top || button) state <= STOP_UP;
                STOP_UP:   if (button) state <= CLOSING;
                CLOSING:
                    if (blocked)
                        state <= OPENING;
                    else if (at_bottom || button)
                        state <= STOP_DOWN;
                default:   state <= STOP_DOWN;
            endcase
    end

    assign motor_up   = state[1];
    assign motor_down = state[3];
endmodule
