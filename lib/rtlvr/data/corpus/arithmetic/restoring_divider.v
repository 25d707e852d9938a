// title: Sequential restoring divider
// category: arithmetic
// description: Module restoring_divider: clock clk, synchronous active-low reset resetn, 1-bit input go, 8-bit unsigned inputs dividend and divisor, 8-bit outputs quotient and remainder, 1-bit outputs ready and div_zero. Reset clears quotient, remainder and div_zero and makes ready 1. When ready is 1 and go is 1 at a clock edge the operands are captured, ready falls and div_zero is set to whether divisor is 0; after eight further edges quotient and remainder are final and ready is 1 again. For a zero divisor the quotient is 8'hFF and the remainder equals the dividend. quotient and remainder show intermediate values while ready is 0; go is ignored then.
// tags: seq, sync_reset, active_low

module restoring_divider (
    input  wire       clk,
    input  wire       resetn,
    input  wire       go,
    input  wire [7:0] dividend,
    input  wire [7:0] divisor,
    output reg  [7:0] quotient,
    output reg  [7:0] remainder,
    output reg        ready,
    output reg        div_zero
);
    reg  [7:0] den;
    reg  [2:0] left;

    // The quotient register doubles as the shift register of the dividend.
    wire [8:0] trial = {remainder, quotient[7]};
    wire       fits  = (trial >= {1'b0, den});

    always @(posedge clk) begin
        if (!resetn) begin
            quotient  <= 8'd0;
            remainder <= 8'd0;
            den       <= 8'd0;
            left      <= 3'd0;
            ready     <= 1'b1;
            div_zero  <= 1'b0;
        end else if (ready) begin
            if (go) begin
                quotient  <= dividend;
                remainder <= 8'd0;
                den       <= divisor;
                left      <= 3'd7;
                ready     <= 1'b0;
                div_zero  <= (divisor == 8'd0);
            end
        end else begin
            quotient  <= {quotient[6:0], fits};
            remainder <= fits ? (trial[7:0] - den) : trial[7:0];
            left      <= left - 3'd1;
            if (left == 3'd0)
                ready <= 1'b1;
        end
    end
endmodule
