// title: Four-bit carry-lookahead adder with group signals
// category: arithmetic
// description: Combinational module carry_lookahead_four with 4-bit inputs a and b, 1-bit input cin, 4-bit output sum and 1-bit outputs cout, group_p and group_g. {cout, sum} is a + b + cin. group_p is 1 when a XOR b is all ones (a carry-in would propagate through); group_g is 1 when a + b produces a carry-out with no carry-in.
// tags: comb

module carry_lookahead_four (
    input  wire [3:0] a,
    input  wire [3:0] b,
    input  wire       cin,
    output wire [3:0] sum,
    output wire       cout,
    output wire       group_p,
    output wire       group_g
);
    wire [3:0] p = a ^ b;
    wire [3:0] g = a & b;
    wire       c1, c2, c3;

    assign c1 = g[0] | (p[0] & cin);
    assign c2 = g[1] | (p[1] & g[0]) | (p[1] & p[0] & cin);
    assign c3 = g[2] | (p[2] & g[1]) | (p[2] & p[1] & g[0])
              | (p[2] & p[1] & p[0] & cin);

    assign group_p = &p;
    assign group_g = g[3] | (p[3] & g[2]) | (p[3] & p[2] & g[1])
                   | (p[3] & p[2] & p[1] & g[0]);

    assign cout = group_g | (group_p & cin);
    assign sum  = p ^ {c3, c2, c1, cin};
endmodule
