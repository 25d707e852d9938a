// title: Eight-bit Galois LFSR with seed load
// category: shift_registers
// description: Module lfsr_galois_eight: clock clk, synchronous active-low reset rst_n, 1-bit inputs load and advance, 8-bit input seed, 8-bit registered output state. rst_n low sets state to 8'h01. Otherwise load copies seed into state, replacing a zero seed by 8'h01; else when advance is 1, state shifts right by one and, if the bit shifted out was 1, is XORed with 8'hB8.
// tags: seq, sync_reset, active_low

module lfsr_galois_eight (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       load,
    input  wire       advance,
    input  wire [7:0] seed,
    output reg  [7:0] state
);
    always @(posedge clk) begin
        if (!rst_n)
            state <= 8'h01;
        else if (load)
            // The all-zero state would lock the register up.
            state <= (seed == 8'h00) ? 8'h01 : seed;
        else if (advance)
            state <= (state >> 1) ^ (state[0] ? 8'hB8 : 8'h00);
    end
endmodule
