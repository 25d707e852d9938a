// title: Parameterised FIFO
// category: parameterised
// description: Module pow2_fifo with parameters WIDTH (default 5) and LOG_DEPTH (default 2): clock clk, synchronous active-low reset srst_n, 1-bit inputs wr and rd, WIDTH-bit input din, WIDTH-bit output dout, 1-bit outputs empty and full, (LOG_DEPTH+1)-bit output count. A FIFO of 2^LOG_DEPTH words. A write happens on an edge with wr 1 and full 0; a read removes the oldest word on an edge with rd 1 and empty 0; both may happen together. dout shows the oldest word combinationally, or 0 when empty. Reset empties the FIFO; count is the number of stored words.
// tags: seq, sync_reset, active_low, memory, parameter

module pow2_fifo #(
    parameter WIDTH     = 5,
    parameter LOG_DEPTH = 2
) (
    input  wire                 clk,
    input  wire                 srst_n,
    input  wire                 wr,
    input  wire                 rd,
    input  wire [WIDTH-1:0]     din,
    output wire [WIDTH-1:0]     dout,
    output wire                 empty,
    output wire                 full,
    output wire [LOG_DEPTH:0]   count
);
    localparam DEPTH = 1 << LOG_DEPTH;

    reg [WIDTH-1:0]   mem [0:DEPTH-1];
    reg [LOG_DEPTH:0] wr_ptr, rd_ptr;

    assign count = wr_ptr - rd_ptr;
    assign empty = (count == 0);
    assign full  = (count == DEPTH);
    assign dout  = empty ? {WIDTH{1'b0}} : mem[rd_ptr[LOG_DEPTH-1:0]];

    always @(posedge clk) begin
        if (!srst_n) begin
            wr_ptr <= 0;
            rd_ptr <= 0;
        end else begin
            if (wr && !full) begin
                mem[wr_ptr[LOG_DEPTH-1:0]] <= din;
                wr_ptr <= wr_ptr + 1'b1;
            end
            if (rd && !empty)
                rd_ptr <= rd_ptr + 1'b1;
        end
    end
endmodule
