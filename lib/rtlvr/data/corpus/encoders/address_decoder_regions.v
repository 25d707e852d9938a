// title: Address region decoder
// category: encoders
// description: Combinational module address_decoder_regions with 8-bit input addr, 1-bit input enable, 1-bit outputs sel_rom, sel_ram, sel_io and fault. When enable is 1: addresses 0x00-0x7F select ROM, 0x80-0xBF select RAM, 0xF0-0xFF select I/O, and all other addresses raise fault. When enable is 0 all outputs are 0.
// tags: comb

module address_decoder_regions (
    input  wire [7:0] addr,
    input  wire       enable,
    output reg        sel_rom,
    output reg        sel_ram,
    output reg        sel_io,
    output reg        fault
);
    always @(*) begin
        {sel_rom, sel_ram, sel_io, fault} = 4'b0000;
        if (enable)
            casez (addr)
                8'b0???_????: sel_rom = 1'b1;
                8'b10??_????: sel_ram = 1'b1;
                8'b1111_????: sel_io  = 1'b1;
                default:      fault   = 1'b1;
            endcase
    end
endmodule
