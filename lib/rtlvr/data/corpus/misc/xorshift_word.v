// title: Xorshift pseudo-random generator
// category: misc
// description: Module xorshift_word: clock clk, asynchronous active-low reset rst_n, 1-bit inputs reseed and next, 16-bit input seed, 16-bit registered output random. Reset sets random to 16'h1D2B. On an edge, reseed sets random to seed with bit 0 forced to 1; otherwise next replaces x = random as follows, all modulo 2^16: x = x XOR (x << 7); x = x XOR (x >> 9); x = x XOR (x << 8).
// tags: seq, async_reset, active_low, function

module xorshift_word (
    input  logic        clk,
    input  logic        rst_n,
    input  logic        reseed,
    input  logic        next,
    input  logic [15:0] seed,
    output logic [15:0] random
);
    function [15:0] scramble;
        input [15:0] x;
        reg   [15:0] t;
        begin
            t = x ^ (x << 7);
            t = t ^ (t >> 9);
            t = t ^ (t << 8);
            scramble = t;
        end
    endfunction

    always_ff @(posedge clk or negedge rst_n) begin
        if (!rst_n)
            random <= 16'h1D2B;
        else if (reseed)
            random <= {seed[15:1], 1'b1};
        else if (next)
            random <= scramble(random);
    end
endmodule
