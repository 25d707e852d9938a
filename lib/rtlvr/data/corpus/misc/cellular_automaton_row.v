// title: One-dimensional cellular automaton
// category: misc
// description: Module cellular_automaton_row without reset: clock clk, 1-bit inputs load and step, 8-bit input rule, 8-bit input init_row, 8-bit registered output row. On an edge load copies init_row into row; otherwise with step 1 every cell i is replaced by bit {left, centre, right} of rule, where centre is row[i], left is row[i+1] and right is row[i-1], the row being a ring (row[7]'s left is row[0] and row[0]'s right is row[7]). Otherwise row holds. row is undefined until the first load.
// tags: seq, no_reset, generate

module cellular_automaton_row (
    input  wire       clk,
    input  wire       load,
    input  wire       step,
    input  wire [7:0] rule,
    input  wire [7:0] init_row,
    output reg  [7:0] row
);
    wire [7:0] evolved;

    genvar i;
    generate
        for (i = 0; i < 8; i = i + 1) begin : cell_i
            assign evolved[i] = rule[{row[(i + 1) % 8], row[i], row[(i + 7) % 8]}];
        end
    endgenerate

    always @(posedge clk) begin
        if (load)
            row <= init_row;
        else if (step)
            row <= evolved;
    end
endmodule
