// title: Bitwise two-out-of-three voter with fault report
// category: combinational
// description: Combinational module triple_vote_bus with three 8-bit inputs copy_a, copy_b, copy_c, an 8-bit output voted, and a 2-bit output faulty. Each bit of voted is the majority of the three corresponding input bits. faulty is 0 when all copies equal voted, 1, 2 or 3 when only copy_a, only copy_b or only copy_c differs from voted respectively; when more than one copy differs from voted, faulty reports the first of them in the order a, b, c.
// tags: comb

module triple_vote_bus (
    input  wire [7:0] copy_a,
    input  wire [7:0] copy_b,
    input  wire [7:0] copy_c,
    output wire [7:0] voted,
    output wire [1:0] faulty
);
    assign voted = (copy_a & copy_b) | (copy_a & copy_c) | (copy_b & copy_c);

    assign faulty = (copy_a != voted) ? 2'd1 :
                    (copy_b != voted) ? 2'd2 :
                    (copy_c != voted) ? 2'd3 : 2'd0;
endmodule
