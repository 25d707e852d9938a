// title: Reaction time game
// category: misc
// description: Module reaction_timer: clock clk, synchronous active-low reset rst_n, 1-bit inputs arm, flash and press, 3-bit registered output result, 1-bit outputs lamp and result_valid, 1-bit output cheat. States: IDLE (reset), READY, TIMING, SHOW, FALSE_START. IDLE goes to READY on arm. READY: press goes to FALSE_START (priority), else flash goes to TIMING with result 0. TIMING: press goes to SHOW; otherwise result increments, and when result is already 7 it stays and the state goes to SHOW. SHOW and FALSE_START go to READY on arm. lamp is 1 in TIMING, result_valid in SHOW, cheat in FALSE_START. Reset clears result.
// tags: seq, sync_reset, active_low

module reaction_timer (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       arm,
    input  logic       flash,
    input  logic       press,
    output logic [2:0] result,
    output logic       lamp,
    output logic       result_valid,
    output logic       cheat
);
    localparam [2:0] IDLE = 3'd0, READY = 3'd1, TIMING = 3'd2,
                     SHOW = 3'd3, FALSE_START = 3'd4;

    logic [2:0] state;

    always_ff @(posedge clk) begin
        if (!rst_n) begin
            state  <= IDLE;
            result <= 3'd0;
        end else begin
            case (state)
                READY:
                    if (press)
                        state <= FALSE_START;
                    else if (flash) begin
                        state  <= TIMING;
                        result <= 3'd0;
                    end
                TIMING:
                    if (press || result == 3'd7)
                        state <= SHOW;
                    else
                        result <= result + 3'd1;
                default:
                    if (arm)
                        state <= READY;
            endcase
        end
    end

    assign lamp         = (state == TIMING);
    assign result_valid = (state == SHOW);
    assign cheat        = (state == FALSE_START);
endmodule
