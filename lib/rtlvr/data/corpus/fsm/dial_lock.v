// title: Combination lock with lock-out
// category: fsm
// description: Module dial_lock: clock clk, asynchronous active-low reset rst_n, 1-bit inputs enter and service, 2-bit input digit, 1-bit outputs open and blocked, 2-bit output failures. States: FIRST (reset), SECOND, OPEN, BLOCKED; the code is 1 then 3. In FIRST and SECOND digits are taken on edges with enter 1: the correct digit (1 in FIRST, 3 in SECOND) goes on to the next state, entering OPEN also clears failures; a wrong digit increments failures and goes to FIRST, or to BLOCKED if failures was 2. In OPEN any enter (digit ignored) goes to FIRST. In BLOCKED an edge with service 1 goes to FIRST and clears failures. Otherwise nothing changes. Reset clears failures. open and blocked are 1 in OPEN and BLOCKED respectively.
// tags: seq, async_reset, active_low

module dial_lock (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       enter,
    input  wire       service,
    input  wire [1:0] digit,
    output wire       open,
    output wire       blocked,
    output reg  [1:0] failures
);
    localparam [1:0] FIRST = 2'd0, SECOND = 2'd1, OPEN = 2'd2, BLOCKED = 2'd3;

    reg  [1:0] state;
    wire [1:0] wanted = (state == FIRST) ? 2'd1 : 2'd3;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            state    <= FIRST;
            failures <= 2'd0;
        end else begin
            case (state)
                FIRST, SECOND:
                    if (enter) begin
                        if (digit == wanted) begin
                            state <= state + 2'd1;
                            if (state == SECOND)
                                failures <= 2'd0;
                        end else begin
                            state    <= (failures == 2'd2) ? BLOCKED : FIRST;
                            failures <= failures + 2'd1;
                        end
                    end
                OPEN:
                    if (enter)
                        state <= FIRST;
                BLOCKED:
                    if (service) begin
                        state    <= FIRST;
                        failures <= 2'd0;
                    end
            endcase
        end
    end

    assign open    = (state == OPEN);
    assign blocked = (state == BLOCKED);
endmodule
