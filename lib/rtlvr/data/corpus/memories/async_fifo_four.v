// title: Dual-clock FIFO with Gray pointers
// category: memories
// description: Module async_fifo_four: write clock wr_clk with asynchronous active-low reset wr_rst_n, read clock rd_clk with asynchronous active-low reset rd_rst_n, 1-bit inputs wr_en and rd_en, 4-bit input wr_data, 4-bit output rd_data, 1-bit outputs full and empty. A four-word FIFO with 3-bit Gray-coded pointers, each passed to the other side through two flip-flops. A write happens on a wr_clk edge with wr_en 1 and full 0; a read advances on a rd_clk edge with rd_en 1 and empty 0; rd_data shows the oldest word combinationally (undefined while nothing was ever written to that slot). full and empty are derived combinationally from the local pointer and the synchronised remote pointer, so they clear two destination-clock edges late. Resets clear all pointers and synchronisers of their side.
// tags: seq, async_reset, active_low, multi_clock, memory, function

module async_fifo_four (
    input  wire       wr_clk,
    input  wire       wr_rst_n,
    input  wire       wr_en,
    input  wire [3:0] wr_data,
    output wire       full,
    input  wire       rd_clk,
    input  wire       rd_rst_n,
    input  wire       rd_en,
    output wire [3:0] rd_data,
    output wire       empty
);
    reg [3:0] ram [0:3];
    reg [2:0] wr_bin, wr_gray, rd_bin, rd_gray;
    reg [2:0] rd_gray_w1, rd_gray_w2, wr_gray_r1, wr_gray_r2;

    function [2:0] to_gray;
        input [2:0] b;
        to_gray = b ^ (b >> 1);
    endfunction

    wire       do_wr   = wr_en && !full;
    wire       do_rd   = rd_en && !empty;
    wire [2:0] wr_next = wr_bin + 3'd1;
    wire [2:0] rd_next = rd_bin + 3'd1;

    always @(posedge wr_clk)
        if (do_wr)
            ram[wr_bin[1:0]] <= wr_data;

    always @(posedge wr_clk or negedge wr_rst_n)
        if (!wr_rst_n) begin
            wr_bin     <= 3'd0;
            wr_gray    <= 3'd0;
            rd_gray_w1 <= 3'd0;
            rd_gray_w2 <= 3'd0;
        end else begin
            rd_gray_w1 <= rd_gray;
            rd_gray_w2 <= rd_gray_w1;
            if (do_wr) begin
                wr_bin  <= wr_next;
                wr_gray <= to_gray(wr_next);
            end
        end

    always @(posedge rd_clk or negedge rd_rst_n)
        if (!rd_rst_n) begin
            rd_bin     <= 3'd0;
            rd_gray    <= 3'd0;
            wr_gray_r1 <= 3'd0;
            wr_gray_r2 <= 3'd0;
        end else begin
            wr_gray_r1 <= wr_gray;
            wr_gray_r2 <= wr_gray_r1;
            if (do_rd) begin
                rd_bin  <= rd_next;
                rd_gray <= to_gray(rd_next);
            end
        end

    // Full when the pointers differ by the depth: two top Gray bits inverted.
    assign full    = (wr_gray == {~rd_gray_w2[2:1], rd_gray_w2[0]});
    assign empty   = (rd_gray == wr_gray_r2);
    assign rd_data = ram[rd_bin[1:0]];
endmodule
