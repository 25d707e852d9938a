// title: Single-port RAM, read-first
// category: memories
// description: Module ram_read_first_16x8 without reset: clock clk, 1-bit input we, 4-bit input addr, 8-bit input din, 8-bit registered output dout. A 16-word by 8-bit memory. On every rising edge dout takes the word stored at addr before the edge, and when we is 1 din is written to addr on the same edge. Unwritten words are undefined.
// tags: seq, no_reset, memory

module ram_read_first_16x8 (
    input  wire       clk,
    input  wire       we,
    input  wire [3:0] addr,
    input  wire [7:0] din,
    output reg  [7:0] dout
);
    reg [7:0] mem [0:15];

    always @(posedge clk) begin
        dout <= mem[addr];
        if (we)
            mem[addr] <= din;
    end
endmodule
