// title: Ticket machine giving change
// category: fsm
// description: Module ticket_machine: clock clk, asynchronous active-low reset resetn, 2-bit input coin (0 none, 1 = 5 cents, 2 = 10 cents, 3 = 20 cents), 1-bit input cancel, 1-bit registered output ticket and 3-bit registered output change in units of 5 cents. The credit, held internally, starts at 0. On a rising edge: if cancel is 1, change becomes the current credit in units of 5, credit becomes 0, ticket 0 and the coin is ignored; otherwise the coin is added, and if the total is at least 30 cents ticket becomes 1, change becomes the excess over 30 and credit 0; else credit becomes the total, ticket 0, change 0. Reset clears credit and outputs.
// tags: seq, async_reset, active_low

module ticket_machine (
    input  wire       clk,
    input  wire       resetn,
    input  wire [1:0] coin,
    input  wire       cancel,
    output reg        ticket,
    output reg  [2:0] change
);
    localparam [3:0] PRICE = 4'd6;   // in 5-cent units

    reg  [2:0] credit;
    reg  [2:0] coin_units;
    wire [3:0] total = credit + coin_units;

    always @(*)
        case (coin)
            2'd0: coin_units = 3'd0;
            2'd1: coin_units = 3'd1;
            2'd2: coin_units = 3'd2;
            2'd3: coin_units = 3'd4;
        endcase

    always @(posedge clk or negedge resetn) begin
        if (!resetn) begin
            credit <= 3'd0;
            ticket <= 1'b0;
            change <= 3'd0;
        end else begin
            ticket <= 1'b0;
            change <= 3'd0;
            if (cancel) begin
                change <= credit;
                credit <= 3'd0;
            end else if (total >= PRICE) begin
                ticket <= 1'b1;
                change <= total - PRICE;
                credit <= 3'd0;
            end else
                credit <= total[2:0];
        end
    end
endmodule
