// title: Connection session state machine
// category: fsm
// description: Module link_session: clock clk, synchronous active-high reset rst, 3-bit input msg and 2-bit output state, 1-bit combinational outputs send_ack and send_reset. States: 0 CLOSED (reset), 1 OPENING, 2 ACTIVE, 3 CLOSING. Messages: 0 nothing, 1 local open, 2 remote open, 3 acknowledge, 4 local close, 5 remote close, 6 and 7 abort. CLOSED: message 1 goes to OPENING; 2 goes to ACTIVE with send_ack. OPENING: 3 goes to ACTIVE; 4 goes to CLOSED. ACTIVE: 4 goes to CLOSING; 5 goes to CLOSED with send_ack. CLOSING: 3 goes to CLOSED; 5 stays with send_ack. An abort goes to CLOSED from any state, with send_reset 1 unless already CLOSED. Everything else leaves the state; send_ack and send_reset are 0 unless stated and are asserted in the same cycle as the message.
// tags: seq, sync_reset, active_high

module link_session (
    input  logic       clk,
    input  logic       rst,
    input  logic [2:0] msg,
    output logic [1:0] state,
    output logic       send_ack,
    output logic       send_reset
);
    localparam logic [1:0] CLOSED = 2'd0, OPENING = 2'd1, ACTIVE = 2'd2, CLOSING = 2'd3;

    logic [1:0] state_d;

    always_comb begin
        state_d    = state;
        send_ack   = 1'b0;
        send_reset = 1'b0;
        if (msg >= 3'd6) begin
            state_d    = CLOSED;
            send_reset = (state != CLOSED);
        end else begin
            case ({state, msg})
                {CLOSED,  3'd1}: state_d = OPENING;
                {CLOSED,  3'd2}: begin state_d = ACTIVE; send_ack = 1'b1; end
                {OPENING, 3'd3}: state_d = ACTIVE;
                {OPENING, 3'd4}: state_d = CLOSED;
                {ACTIVE,  3'd4}: state_d = CLOSING;
                {ACTIVE,  3'd5}: begin state_d = CLOSED; send_ack = 1'b1; end
                {CLOSING, 3'd3}: state_d = CLOSED;
                {CLOSING, 3'd5}: send_ack = 1'b1;
                default: ;
            endcase
        end
    end

    always_ff @(posedge clk)
        if (rst)
            state <= CLOSED;
        else
            state <= state_d;
endmodule
