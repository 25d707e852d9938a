// title: Number of set bits in a 12-bit word
// category: combinational
// description: Combinational module popcount_twelve with 12-bit input bits and 4-bit output ones. ones is the number of bits of the input that are 1 (0 to 12).
// tags: comb, function

module popcount_twelve (
    input  wire [11:0] bits,
    output wire [3:0]  ones
);
    function [1:0] count3;
        input [2:0] t;
        count3 = t[0] + t[1] + t[2];
    endfunction

    assign ones = count3(bits[2:0]) + count3(bits[5:3])
                + count3(bits[8:6]) + count3(bits[11:9]);
endmodule
