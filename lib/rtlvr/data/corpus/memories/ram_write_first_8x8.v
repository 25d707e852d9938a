// title: Single-port RAM, write-first with enable
// category: memories
// description: Module ram_write_first_8x8 without reset: clock clk, 1-bit inputs en and we, 3-bit input addr, 8-bit input din, 8-bit registered output dout. An 8-word by 8-bit memory. On a rising edge with en 1: if we is 1, din is written to addr and dout takes din; if we is 0, dout takes the stored word. With en 0 nothing changes. Unwritten words are undefined.
// tags: seq, no_reset, memory

module ram_write_first_8x8 (
    input  wire       clk,
    input  wire       en,
    input  wire       we,
    input  wire [2:0] addr,
    input  wire [7:0] din,
    output reg  [7:0] dout
);
    reg [7:0] cells [0:7];

    always @(posedge clk) begin
        if (en) begin
            if (we) begin
                cells[addr] <= din;
                dout        <= din;
            end else
                dout <= cells[addr];
        end
    end
endmodule
