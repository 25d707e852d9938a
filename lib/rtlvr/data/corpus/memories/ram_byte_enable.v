// title: RAM with byte write enables
// category: memories
// description: Module ram_byte_enable without reset: clock clk, 2-bit input be, 3-bit inputs waddr and raddr, 16-bit input wdata, 16-bit output rdata. An 8-word by 16-bit memory: on a rising edge be[0] writes wdata[7:0] to the low byte of word waddr and be[1] writes wdata[15:8] to the high byte, independently. rdata is the word at raddr, read combinationally. Unwritten bytes are undefined.
// tags: seq, no_reset, memory

module ram_byte_enable (
    input  wire        clk,
    input  wire [1:0]  be,
    input  wire [2:0]  waddr,
    input  wire [15:0] wdata,
    input  wire [2:0]  raddr,
    output wire [15:0] rdata
);
    reg [7:0] low_bytes  [0:7];
    reg [7:0] high_bytes [0:7];

    always @(posedge clk) begin
        if (be[0])
            low_bytes[waddr] <= wdata[7:0];
        if (be[1])
            high_bytes[waddr] <= wdata[15:8];
    end

    assign rdata = {high_bytes[raddr], low_bytes[raddr]};
endmodule
