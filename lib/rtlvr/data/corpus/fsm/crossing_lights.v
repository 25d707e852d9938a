// title: Traffic lights with side-road sensor
// category: fsm
// description: Module crossing_lights: clock clk, synchronous active-high reset rst, 1-bit input car_waiting (side road sensor) and two 3-bit outputs main_light and side_light, each one-hot {red, yellow, green}. States: MAIN_GO (main green, side red), MAIN_SLOW (main yellow, side red), SIDE_GO (main red, side green), SIDE_SLOW (main red, side yellow). Reset enters MAIN_GO with a 3-bit timer of 0; in every state the timer counts edges spent there (stopping at 7) and is zeroed when the state changes. MAIN_GO leaves on an edge where the timer is at least 5 and car_waiting is 1; MAIN_SLOW and SIDE_SLOW leave when the timer is 1 (two cycles); SIDE_GO leaves when the timer is at least 2 and car_waiting is 0, or when the timer is 4. SIDE_SLOW returns to MAIN_GO.
// tags: seq, sync_reset, active_high

module crossing_lights (
    input  logic       clk,
    input  logic       rst,
    input  logic       car_waiting,
    output logic [2:0] main_light,
    output logic [2:0] side_light
);
    localparam [1:0] MAIN_GO   = 2'd0,
                     MAIN_SLOW = 2'd1,
                     SIDE_GO   = 2'd2,
                     SIDE_SLOW = 2'd3;
    localparam [2:0] RED = 3'b100, YELLOW = 3'b010, GREEN = 3'b001;

    logic [1:0] state;
    logic [2:0] timer;
    logic       leave;

    always_comb begin
        case (state)
            MAIN_GO: leave = (timer >= 3'd5) && car_waiting;
            SIDE_GO: leave = (timer == 3'd4) || (timer >= 3'd2 && !car_waiting);
            default: leave = (timer == 3'd1);
        endcase
    end

    always_ff @(posedge clk) begin
        if (rst) begin
            state <= MAIN_GO;
            timer <= 3'd0;
        end else if (leave) begin
            state <= state + 2'd1;
            timer <= 3'd0;
        end else if (timer != 3'd7)
            timer <= timer + 3'd1;
    end

    always_comb begin
        main_light = RED;
        side_light = RED;
        case (state)
            MAIN_GO:   main_light = GREEN;
            MAIN_SLOW: main_light = YELLOW;
            SIDE_GO:   side_light = GREEN;
            SIDE_SLOW: side_light = YELLOW;
        endcase
    end
endmodule
