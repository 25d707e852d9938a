// title: 16-bit left rotator
// category: combinational
// description: Combinational module rotate_left_16 with 16-bit input din, 4-bit input amount and 16-bit output dout. dout is din rotated left by amount positions: bits leaving at bit 15 re-enter at bit 0.
// tags: comb

module rotate_left_16 (
    input  wire [15:0] din,
    input  wire [3:0]  amount,
    output wire [15:0] dout
);
    // One rotate stage per bit of the amount.
    wire [15:0] by1 = amount[0] ? {din[14:0], din[15]}    : din;
    wire [15:0] by2 = amount[1] ? {by1[13:0], by1[15:14]} : by1;
    wire [15:0] by4 = amount[2] ? {by2[11:0], by2[15:12]} : by2;

    assign dout = amount[3] ? {by4[7:0], by4[15:8]} : by4;
endmodule
