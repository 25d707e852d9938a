// title: Block comment recogniser
// category: fsm
// description: Module comment_tracker: clock clk, asynchronous active-high reset rst, 2-bit input kind describing one character per cycle (0 ordinary, 1 slash, 2 star, 3 newline), 1-bit outputs in_comment and opened. It recognises comments that open with slash star and close with star slash. States: CODE (reset), SLASH (last code character was a slash), BODY, STAR (a star was just seen in the body). CODE goes to SLASH on a slash; SLASH goes to BODY on a star, stays on a slash, else returns to CODE; BODY goes to STAR on a star; STAR goes to CODE on a slash, stays on a star, else returns to BODY. in_comment is 1 in BODY and STAR. opened is combinational: 1 when the state is SLASH and kind is star.
// tags: seq, async_reset, active_high

module comment_tracker (
    input  wire       clk,
    input  wire       rst,
    input  wire [1:0] kind,
    output wire       in_comment,
    output wire       opened
);
    localparam [1:0] CODE = 2'b00, SLASH = 2'b01, BODY = 2'b10, STAR = 2'b11;
    localparam [1:0] CH_SLASH = 2'd1, CH_STAR = 2'd2;

    reg [1:0] state;

    always @(posedge clk or posedge rst) begin
        if (rst)
            state <= CODE;
        else begin
            case (state)
                CODE:  if (kind == CH_SLASH) state <= SLASH;
                SLASH: if (kind == CH_STAR) state <= BODY;
                       else if (kind != CH_SLASH) state <= CODE;
                BODY:  if (kind == CH_STAR) state <= STAR;
                STAR:  if (kind == CH_SLASH) state <= CODE;
                       else if (kind != CH_STAR) state <= BODY;
            endcase
        end
    end

    assign in_comment = state[1];
    assign opened     = (state == SLASH) && (kind == CH_STAR);
endmodule
