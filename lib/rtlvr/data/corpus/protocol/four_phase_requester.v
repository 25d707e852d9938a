// title: Four-phase handshake requester
// category: protocol
// description: Module four_phase_requester: clock clk, asynchronous active-low reset clr_n, 1-bit inputs go and ack, 4-bit input payload, 1-bit outputs req and idle, 4-bit registered output bus and 1-bit registered output complete. States: IDLE (reset), ASSERT, RELEASE. In IDLE with ack 0, an edge with go 1 stores payload in bus and enters ASSERT; with ack 1 go is ignored. ASSERT waits for ack 1, then RELEASE waits for ack 0 and returns to IDLE, making complete 1 for one cycle (0 otherwise). req is 1 in ASSERT only; idle is 1 in IDLE. Reset clears bus and complete.
// tags: seq, async_reset, active_low

module four_phase_requester (
    input  wire       clk,
    input  wire       clr_n,
    input  wire       go,
    input  wire       ack,
    input  wire [3:0] payload,
    output wire       req,
    output wire       idle,
    output reg  [3:0] bus,
    output reg        complete
);
    localparam [1:0] IDLE = 2'b00, ASSERT = 2'b01, RELEASE = 2'b10;

    reg [1:0] state;

    assign req  = (state == ASSERT);
    assign idle = (state == IDLE);

    always @(posedge clk or negedge clr_n) begin
        if (!clr_n) begin
            state    <= IDLE;
            bus      <= 4'd0;
            complete <= 1'b0;
        end else begin
            complete <= 1'b0;
            case (state)
                IDLE:
                    if (go && !ack) begin
                        bus   <= payload;
                        state <= ASSERT;
                    end
                ASSERT:
                    if (ack)
                        state <= RELEASE;
                RELEASE:
                    if (!ack) begin
                        state    <= IDLE;
                        complete <= 1'b1;
                    end
                default: state <= IDLE;
            endcase
        end
    end
endmodule
