// title: Ordering of a pair, signed or unsigned
// category: combinational
// description: Combinational module min_max_pair with 6-bit inputs a and b, 1-bit input is_signed and 6-bit outputs smaller and larger plus 1-bit output equal. The pair is compared as two's complement numbers when is_signed is 1 and as unsigned numbers otherwise; smaller and larger give the pair in order, and equal is 1 when a equals b.
// tags: comb, signed

module min_max_pair (
    input  wire [5:0] a,
    input  wire [5:0] b,
    input  wire       is_signed,
    output wire [5:0] smaller,
    output wire [5:0] larger,
    output wire       equal
);
    wire a_less = is_signed ? ($signed(a) < $signed(b)) : (a < b);

    assign smaller = a_less ? a : b;
    assign larger  = a_less ? b : a;
    assign equal   = (a == b);
endmodule
