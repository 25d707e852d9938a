// title: Generated adder tree
// category: parameterised
// description: Combinational module adder_tree_gen with parameters W (default 4) and LEVELS (default 3): input terms of W*2^LEVELS bits holding 2^LEVELS unsigned W-bit numbers (number k in terms[k*W +: W]) and output sum of W+LEVELS bits equal to the exact total of all numbers, computed by a balanced binary tree of adders.
// tags: comb, parameter, generate

module adder_tree_gen #(
    parameter W      = 4,
    parameter LEVELS = 3
) (
    input  wire [W*(1<<LEVELS)-1:0] terms,
    output wire [W+LEVELS-1:0]      sum
);
    localparam LEAVES = 1 << LEVELS;
    localparam SW     = W + LEVELS;

    // Heap order: node 1 is the root, node n has children 2n and 2n+1.
    wire [2*LEAVES*SW-1:0] node;

    assign node[SW-1:0] = {SW{1'b0}};

    genvar n;
    generate
        for (n = 1; n < LEAVES; n = n + 1) begin : inner
            assign node[n*SW +: SW] = node[2*n*SW +: SW] + node[(2*n+1)*SW +: SW];
        end
        for (n = 0; n < LEAVES; n = n + 1) begin : leaf
            assign node[(LEAVES+n)*SW +: SW] = {{LEVELS{1'b0}}, terms[n*W +: W]};
        end
    endgenerate

    assign sum = node[SW +: SW];
endmodule
