// title: Parallel CRC-4 of a byte
// category: encoders
// description: Combinational module crc4_parallel with 8-bit input data, 4-bit input seed and 4-bit output crc. The polynomial is x^4 + x + 1. Starting from seed, the bits of data are processed from bit 7 down to bit 0; for each bit b, the 4-bit register r becomes r shifted left by one (0 entering), XORed with 4'b0011 when b XOR the old r[3] is 1. crc is the register after the eighth bit.
// tags: comb, function

module crc4_parallel (
    input  wire [7:0] data,
    input  wire [3:0] seed,
    output wire [3:0] crc
);
    function [3:0] crc_byte;
        input [7:0] d;
        input [3:0] start;
        integer     i;
        reg   [3:0] r;
        begin
            r = start;
            for (i = 7; i >= 0; i = i - 1)
                r = {r[2:0], 1'b0} ^ ((d[i] ^ r[3]) ? 4'b0011 : 4'b0000);
            crc_byte = r;
        end
    endfunction

    assign crc = crc_byte(data, seed);
endmodule
