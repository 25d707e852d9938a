// title: Decade counter with carry out
// category: counters
// description: Module decade_counter_carry: clock clk, asynchronous active-low reset clr_n, 1-bit input cin, 4-bit registered output digit, 1-bit combinational output cout. clr_n low sets digit to 0. On a rising edge with cin 1, digit advances 0,1,...,9,0; with cin 0 it holds. cout is cin AND (digit equals 9).
// tags: seq, async_reset, active_low

module decade_counter_carry (
    input  wire       clk,
    input  wire       clr_n,
    input  wire       cin,
    output reg  [3:0] digit,
    output wire       cout
);
    assign cout = cin & (digit == 4'd9);

    always @(posedge clk or negedge clr_n) begin
        if (!clr_n)
            digit <= 4'd0;
        else if (cout)
            digit <= 4'd0;
        else if (cin)
            digit <= digit + 4'd1;
    end
endmodule
