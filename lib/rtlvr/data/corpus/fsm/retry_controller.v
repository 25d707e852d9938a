// title: Request controller with three attempts
// category: fsm
// description: Module retry_controller: clock clk, synchronous active-low reset rst_n, 1-bit inputs start, ok and fail, 1-bit outputs request, success and gave_up, 2-bit output attempt. States: IDLE (reset), TRY, GOOD, BAD. In IDLE, start goes to TRY and sets attempt to 1. In TRY: ok goes to GOOD (priority over fail); fail goes to BAD if attempt is 3, otherwise attempt is incremented and TRY continues. GOOD and BAD each last one cycle and return to IDLE with attempt set to 0. request, success and gave_up are 1 exactly in TRY, GOOD and BAD. attempt is 0 after reset.
// tags: seq, sync_reset, active_low

module retry_controller (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       start,
    input  logic       ok,
    input  logic       fail,
    output logic       request,
    output logic       success,
    output logic       gave_up,
    output logic [1:0] attempt
);
    typedef enum logic [1:0] {IDLE, TRY, GOOD, BAD} state_t;
    state_t state;

    always_ff @(posedge clk) begin
        if (!rst_n) begin
            state   <= IDLE;
            attempt <= 2'd0;
        end else begin
            case (state)
                IDLE:
                    if (start) begin
                        state   <= TRY;
                        attempt <= 2'd1;
                    end
                TRY:
                    if (ok)
                        state <= GOOD;
                    else if (fail) begin
                        if (attempt == 2'd3)
                            state <= BAD;
                        else
                            attempt <= attempt + 2'd1;
                    end
                default: begin
                    state   <= IDLE;
                    attempt <= 2'd0;
                end
            endcase
        end
    end

    assign request = (state == TRY);
    assign success = (state == GOOD);
    assign gave_up = (state == BAD);
endmodule
