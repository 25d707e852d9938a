// title: Register file with two read ports and a zero register
// category: memories
// description: Module regfile_zero_reg without reset: clock clk, 1-bit input we, 3-bit inputs wa, ra1 and ra2, 8-bit input wd, 8-bit outputs rd1 and rd2. Eight 8-bit registers of which register 0 always reads as 0. On a rising edge with we 1, wd is written to register wa (writes to 0 have no effect). rd1 and rd2 are combinational reads of ra1 and ra2, showing the old value until the edge. Registers never written are undefined.
// tags: seq, no_reset, memory

module regfile_zero_reg (
    input  wire       clk,
    input  wire       we,
    input  wire [2:0] wa,
    input  wire [7:0] wd,
    input  wire [2:0] ra1,
    input  wire [2:0] ra2,
    output wire [7:0] rd1,
    output wire [7:0] rd2
);
    reg [7:0] regs [1:7];

    always @(posedge clk)
        if (we && wa != 3'd0)
            regs[wa] <= wd;

    assign rd1 = (ra1 == 3'd0) ? 8'd0 : regs[ra1];
    assign rd2 = (ra2 == 3'd0) ? 8'd0 : regs[ra2];
endmodule
