// title: Transparent data latch
// category: misc
// description: Module gated_data_latch: a level-sensitive latch with 1-bit input open, 8-bit input d and 8-bit output q. While open is 1, q follows d; while open is 0, q keeps the value it had when open fell. It has no clock and no reset and is undefined until open has been 1.
// tags: seq, no_reset, latch

module gated_data_latch (
    input  logic       open,
    input  logic [7:0] d,
    output logic [7:0] q
);
    always_latch
        if (open)
            q = d;
endmodule
