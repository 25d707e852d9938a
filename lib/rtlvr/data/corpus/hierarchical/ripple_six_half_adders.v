// title: Ripple adder from half adders
// category: hierarchical
// description: Combinational module ripple_six_half_adders with 6-bit inputs a and b, 1-bit input cin, 6-bit output sum and 1-bit output cout, where {cout, sum} = a + b + cin. The top instantiates six full-adder cells, each made of two half-adder cells and an OR.
// tags: comb, hierarchy

module rsha_half (
    input  wire p,
    input  wire q,
    output wire s,
    output wire c
);
    assign s = p ^ q;
    assign c = p & q;
endmodule

module rsha_full (
    input  wire p,
    input  wire q,
    input  wire ci,
    output wire s,
    output wire co
);
    wire s1, c1, c2;

    rsha_half first  (.p(p),  .q(q),  .s(s1), .c(c1));
    rsha_half second (.p(s1), .q(ci), .s(s),  .c(c2));

    assign co = c1 | c2;
endmodule

module ripple_six_half_adders (
    input  wire [5:0] a,
    input  wire [5:0] b,
    input  wire       cin,
    output wire [5:0] sum,
    output wire       cout
);
    wire [4:0] c;

    rsha_full bit0 (.p(a[0]), .q(b[0]), .ci(cin),  .s(sum[0]), .co(c[0]));
    rsha_full bit1 (.p(a[1]), .q(b[1]), .ci(c[0]), .s(sum[1]), .co(c[1]));
    rsha_full bit2 (.p(a[2]), .q(b[2]), .ci(c[1]), .s(sum[2]), .co(c[2]));
    rsha_full bit3 (.p(a[3]), .q(b[3]), .ci(c[2]), .s(sum[3]), .co(c[3]));
    rsha_full bit4 (.p(a[4]), .q(b[4]), .ci(c[3]), .s(sum[4]), .co(c[4]));
    rsha_full bit5 (.p(a[5]), .q(b[5]), .ci(c[4]), .s(sum[5]), .co(cout));
endmodule
