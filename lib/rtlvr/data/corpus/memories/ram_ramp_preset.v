// title: Dual-port RAM with preset contents
// category: memories
// description: Module ram_ramp_preset without reset: clock clk, 1-bit input we, 3-bit inputs waddr and raddr, 6-bit input wdata, 6-bit registered output rdata. An 8-word by 6-bit memory whose initial contents are word i = 7*i. On every rising edge rdata takes the word at raddr as it was before the edge, and with we 1 wdata is written at waddr. rdata is initially 0.
// tags: seq, no_reset, memory, initial

module ram_ramp_preset (
    input  wire       clk,
    input  wire       we,
    input  wire [2:0] waddr,
    input  wire [5:0] wdata,
    input  wire [2:0] raddr,
    output reg  [5:0] rdata
);
    reg [5:0] mem [0:7];
    integer   i;

    initial begin
        for (i = 0; i < 8; i = i + 1)
            mem[i] = 7 * i;
        rdata = 6'd0;
    end

    always @(posedge clk) begin
        if (we)
            mem[waddr] <= wdata;
        rdata <= mem[raddr];
    end
endmodule
