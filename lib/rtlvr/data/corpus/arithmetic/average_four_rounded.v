// title: Rounded mean of four samples
// category: arithmetic
// description: Combinational module average_four_rounded with four 8-bit unsigned inputs a, b, c, d and an 8-bit output mean. mean is (a + b + c + d + 2) divided by 4, discarding the fraction, computed without overflow.
// tags: comb

module average_four_rounded (
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire [7:0] c,
    input  wire [7:0] d,
    output wire [7:0] mean
);
    wire [9:0] total = a + b + c + d + 10'd2;

    assign mean = total[9:2];
endmodule
