// title: Oversampled SPI receiver
// category: protocol
// description: Module spi_slave_oversampled: clock clk, synchronous active-low reset rst_n, 1-bit inputs sck, mosi and cs_n (all sampled by clk and already synchronous), 3-bit registered output word, 1-bit registered output word_valid. The previous value of sck is stored on every edge (0 after reset). On an edge with cs_n 0, sck 1 and previous sck 0, mosi is shifted in, first bit ending as the highest. On every third such bit word takes the three bits and word_valid is 1 for one cycle; word_valid is 0 otherwise and word holds. A pause with cs_n 1 keeps the bits collected so far, but on the fourth and any further consecutive edge with cs_n 1 the bit count is zeroed, so that a new word begins. Reset clears everything.
// tags: seq, sync_reset, active_low

module spi_slave_oversampled (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       sck,
    input  wire       mosi,
    input  wire       cs_n,
    output reg  [2:0] word,
    output reg        word_valid
);
    reg       sck_q;
    reg [1:0] shifter;
    reg [1:0] count;
    reg [1:0] idle;      // consecutive edges with cs_n 1, stops at 3

    wire rising = sck && !sck_q;

    always @(posedge clk) begin
        if (!rst_n) begin
            sck_q      <= 1'b0;
            shifter    <= 2'd0;
            count      <= 2'd0;
            idle       <= 2'd0;
            word       <= 3'd0;
            word_valid <= 1'b0;
        end else begin
            sck_q      <= sck;
            word_valid <= 1'b0;
            if (cs_n) begin
                if (idle == 2'd3)
                    count <= 2'd0;
                else
                    idle <= idle + 2'd1;
            end else begin
                idle <= 2'd0;
                if (rising) begin
                    shifter <= {shifter[0], mosi};
                    count   <= count + 2'd1;
                    if (count == 2'd2) begin
                        count      <= 2'd0;
                        word       <= {shifter, mosi};
                        word_valid <= 1'b1;
                    end
                end
            end
        end
    end
endmodule
