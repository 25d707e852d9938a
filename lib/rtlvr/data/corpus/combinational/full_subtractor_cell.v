// title: One-bit full subtractor
// category: combinational
// description: Combinational module full_subtractor_cell with 1-bit inputs x, y and borrow_in and 1-bit outputs diff and borrow_out. It computes x - y - borrow_in: diff is the XOR of the three inputs, and borrow_out is 1 when the result would be negative.
// tags: comb

module full_subtractor_cell (
    input  wire x,
    input  wire y,
    input  wire borrow_in,
    output wire diff,
    output wire borrow_out
);
    assign diff       = x ^ y ^ borrow_in;
    assign borrow_out = (~x & y) | (~(x ^ y) & borrow_in);
endmodule
