// title: 12-bit carry-select adder
// category: arithmetic
// description: Combinational module carry_select_twelve with 12-bit inputs a and b, 1-bit input cin, 12-bit output sum and 1-bit output cout, where {cout, sum} = a + b + cin. It is built from three 4-bit blocks, the upper two computing both carry possibilities and selecting one.
// tags: comb

module carry_select_twelve (
    input  wire [11:0] a,
    input  wire [11:0] b,
    input  wire        cin,
    output wire [11:0] sum,
    output wire        cout
);
    wire [4:0] low  = a[3:0]  + b[3:0] + cin;
    wire [4:0] mid0 = a[7:4]  + b[7:4];
    wire [4:0] mid1 = a[7:4]  + b[7:4] + 5'd1;
    wire [4:0] top0 = a[11:8] + b[11:8];
    wire [4:0] top1 = a[11:8] + b[11:8] + 5'd1;

    wire [4:0] mid = low[4] ? mid1 : mid0;
    wire [4:0] top = mid[4] ? top1 : top0;

    assign sum  = {top[3:0], mid[3:0], low[3:0]};
    assign cout = top[4];
endmodule
