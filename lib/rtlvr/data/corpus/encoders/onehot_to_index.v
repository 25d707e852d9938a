// title: One-hot to binary with checking
// category: encoders
// description: Combinational module onehot_to_index with 8-bit input onehot, 3-bit output index and 1-bit output illegal. When exactly one bit of onehot is 1, index is its number and illegal is 0. Otherwise illegal is 1 and index is the bitwise OR of the numbers of all bits that are 1 (0 for an all-zero input).
// tags: comb

module onehot_to_index (
    input  wire [7:0] onehot,
    output wire [2:0] index,
    output wire       illegal
);
    assign index[0] = onehot[1] | onehot[3] | onehot[5] | onehot[7];
    assign index[1] = onehot[2] | onehot[3] | onehot[6] | onehot[7];
    assign index[2] = onehot[4] | onehot[5] | onehot[6] | onehot[7];

    assign illegal = (onehot == 8'd0) || ((onehot & (onehot - 8'd1)) != 8'd0);
endmodule
