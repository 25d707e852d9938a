// title: Bit field extraction with optional sign extension
// category: combinational
// description: Combinational module bitfield_extract with 16-bit input word, 4-bit inputs lsb and width_m1, 1-bit input sign_ext and 16-bit output field. The field consists of width_m1+1 consecutive bits of word starting at bit lsb, right-aligned; positions of the field beyond bit 15 of word read as 0. Bits of the output above the field width are 0 when sign_ext is 0, and copies of the field's top bit when sign_ext is 1.
// tags: comb

module bitfield_extract (
    input  wire [15:0] word,
    input  wire [3:0]  lsb,
    input  wire [3:0]  width_m1,
    input  wire        sign_ext,
    output wire [15:0] field
);
    wire [15:0] shifted = word >> lsb;
    wire [15:0] mask    = 16'hFFFF >> (4'd15 - width_m1);
    wire        top_bit = shifted[width_m1];

    assign field = (shifted & mask) | ((sign_ext && top_bit) ? ~mask : 16'd0);
endmodule
