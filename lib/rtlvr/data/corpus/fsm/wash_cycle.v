// title: Washing cycle sequencer
// category: fsm
// description: Module wash_cycle: clock clk, asynchronous active-low reset nrst, 1-bit inputs start, lid_open and full, 1-bit outputs fill_valve, agitate, drain_pump and finished. Phases: READY (reset), FILL, WASH, DRAIN, FINISH. READY goes to FILL when start is 1 and lid_open is 0. FILL goes to WASH when full is 1. WASH lasts four edges with lid_open 0 (a 2-bit timer, zero on entry, advances only while lid_open is 0, and the edge with timer 3 and lid_open 0 goes to DRAIN). DRAIN goes to FINISH when full is 0. FINISH goes to READY when lid_open is 1. fill_valve is 1 in FILL, agitate is 1 in WASH while lid_open is 0, drain_pump is 1 in DRAIN, finished is 1 in FINISH.
// tags: seq, async_reset, active_low

module wash_cycle (
    input  wire clk,
    input  wire nrst,
    input  wire start,
    input  wire lid_open,
    input  wire full,
    output reg  fill_valve,
    output reg  agitate,
    output reg  drain_pump,
    output reg  finished
);
    localparam READY = 3'd0, FILL = 3'd1, WASH = 3'd2, DRAIN = 3'd3, FINISH = 3'd4;

    reg [2:0] phase, phase_next;
    reg [1:0] timer;

    // State register and timer
    always @(posedge clk or negedge nrst) begin
        if (!nrst) begin
            phase <= READY;
            timer <= 2'd0;
        end else begin
            phase <= phase_next;
            if (phase != WASH)
                timer <= 2'd0;
            else if (!lid_open)
                timer <= timer + 2'd1;
        end
    end

    // Next state
    always @(*) begin
        phase_next = phase;
        case (phase)
            READY:   if (start && !lid_open) phase_next = FILL;
            FILL:    if (full) phase_next = WASH;
            WASH:    if (timer == 2'd3 && !lid_open) phase_next = DRAIN;
            DRAIN:   if (!full) phase_next = FINISH;
            FINISH:  if (lid_open) phase_next = READY;
            default: phase_next = READY;
        endcase
    end

    // Outputs
    always @(*) begin
        fill_valve = (phase == FILL);
        agitate    = (phase == WASH) && !lid_open;
        drain_pump = (phase == DRAIN);
        finished   = (phase == FINISH);
    end
endmodule
