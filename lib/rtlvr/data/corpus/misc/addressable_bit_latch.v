// title: Addressable eight-bit latch
// category: misc
// description: Module addressable_bit_latch: inputs write (1 bit), address (3 bits) and d (1 bit), 8-bit output q. Eight level-sensitive one-bit latches: while write is 1, the latch selected by address follows d and the others hold; while write is 0 all hold. No clock and no reset; each bit is undefined until it was first written.
// tags: seq, no_reset, latch, generate

module addressable_bit_latch (
    input  wire       write,
    input  wire [2:0] address,
    input  wire       d,
    output wire [7:0] q
);
    genvar k;
    generate
        for (k = 0; k < 8; k = k + 1) begin : lat
            wire gate = write && (address == k);
            reg  value;

            always @(*)
                if (gate)
                    value = d;

            assign q[k] = value;
        end
    endgenerate
endmodule
