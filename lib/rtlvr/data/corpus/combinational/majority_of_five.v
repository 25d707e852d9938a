// title: Five-input majority voter
// category: combinational
// description: Combinational module majority_of_five with a 5-bit input votes and a 1-bit output pass. pass is 1 when at least three of the five vote bits are 1, otherwise 0.
// tags: comb

module majority_of_five (
    input  wire [4:0] votes,
    output wire       pass
);
    wire [2:0] total = votes[0] + votes[1] + votes[2] + votes[3] + votes[4];

    assign pass = (total >= 3'd3);
endmodule
