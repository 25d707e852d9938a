// title: Bit-serial CRC-8
// category: encoders
// description: Module crc8_bit_serial: clock clk, synchronous active-high reset rst, 1-bit inputs en and din, 8-bit registered output crc and 1-bit output ok. Polynomial x^8 + x^2 + x + 1 (0x07), most significant bit first. rst sets crc to 0. On an edge with en 1, crc shifts left by one with 0 entering and is XORed with 0x07 when din XOR the old crc[7] is 1. ok is 1 when crc is 0.
// tags: seq, sync_reset, active_high

module crc8_bit_serial (
    input  wire       clk,
    input  wire       rst,
    input  wire       en,
    input  wire       din,
    output reg  [7:0] crc,
    output wire       ok
);
    wire feedback = din ^ crc[7];

    always @(posedge clk)
        if (rst)
            crc <= 8'h00;
        else if (en)
            crc <= {crc[6:0], 1'b0} ^ (feedback ? 8'h07 : 8'h00);

    assign ok = (crc == 8'h00);
endmodule
