// title: Serial two's complementer
// category: fsm
// description: Module serial_negator: clock clk, synchronous active-high reset srst, 1-bit inputs first and din, 1-bit combinational output dout. Words arrive least significant bit first, one bit per cycle; first is 1 during the first bit of a word. dout is the bit of the two's complement negation of the word: bits equal din up to and including the first 1 of the word and are inverted after it. An internal flag, cleared by srst, remembers whether a 1 has been seen; at each edge it becomes din when first is 1, and (flag OR din) otherwise. In a cycle with first 1 the old flag is ignored.
// tags: seq, sync_reset, active_high

module serial_negator (
    input  wire clk,
    input  wire srst,
    input  wire first,
    input  wire din,
    output wire dout
);
    reg  seen_one;
    wire invert = seen_one & ~first;

    assign dout = din ^ invert;

    always @(posedge clk)
        if (srst)
            seen_one <= 1'b0;
        else
            seen_one <= invert | din;
endmodule
