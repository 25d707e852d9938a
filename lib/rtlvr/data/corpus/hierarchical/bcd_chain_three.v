// title: Three cascaded decimal digits
// category: hierarchical
// description: Module bcd_chain_three: clock clk, synchronous active-high reset reset, 3-bit input inc and 12-bit output value of three BCD digits (units in bits 3:0). On an edge, the units digit advances when inc[0] is 1; the tens digit advances when inc[1] is 1 or the units digit wraps from 9 to 0; the hundreds digit advances when inc[2] is 1 or the tens digit wraps. Each digit advances by one at most, 9 going to 0. Reset clears all digits.
// tags: seq, sync_reset, active_high, hierarchy

module bct_digit (
    input  wire       clk,
    input  wire       reset,
    input  wire       step,
    output reg  [3:0] d,
    output wire       wrap
);
    assign wrap = step && (d == 4'd9);

    always @(posedge clk)
        if (reset)
            d <= 4'd0;
        else if (step)
            d <= wrap ? 4'd0 : d + 4'd1;
endmodule

module bcd_chain_three (
    input  wire        clk,
    input  wire        reset,
    input  wire [2:0]  inc,
    output wire [11:0] value
);
    wire wrap_units, wrap_tens, wrap_hundreds;

    bct_digit units    (.clk(clk), .reset(reset), .step(inc[0]),
                        .d(value[3:0]), .wrap(wrap_units));
    bct_digit tens     (.clk(clk), .reset(reset), .step(inc[1] | wrap_units),
                        .d(value[7:4]), .wrap(wrap_tens));
    bct_digit hundreds (.clk(clk), .reset(reset), .step(inc[2] | wrap_tens),
                        .d(value[11:8]), .wrap(wrap_hundreds));
endmodule
