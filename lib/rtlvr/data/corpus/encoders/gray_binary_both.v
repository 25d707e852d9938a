// title: Gray/binary converter
// category: encoders
// description: Combinational module gray_binary_both with 6-bit input din, 1-bit input to_gray and 6-bit output dout. With to_gray 1, dout is din XOR (din shifted right by one). With to_gray 0, dout is the binary number whose reflected Gray code is din: bit i of dout is the XOR of bits 5 down to i of din.
// tags: comb

module gray_binary_both (
    input  wire [5:0] din,
    input  wire       to_gray,
    output wire [5:0] dout
);
    wire [5:0] gray = din ^ (din >> 1);
    reg  [5:0] binary;
    integer    i;

    always @(*)
        for (i = 0; i < 6; i = i + 1)
            binary[i] = ^(din >> i);

    assign dout = to_gray ? gray : binary;
endmodule
