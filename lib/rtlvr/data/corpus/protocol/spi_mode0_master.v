// title: SPI master, mode 0, 4-bit words
// category: protocol
// description: Module spi_mode0_master: clock clk, asynchronous active-low reset resetn, 1-bit input start, 4-bit input tx_word, 1-bit input miso, outputs sck, mosi, cs_n and done (1 bit each, registered except mosi) and 4-bit output rx_word. Reset: sck 0, cs_n 1, done 0, word register 0. With cs_n 1, an edge with start 1 loads tx_word into a 4-bit shift register and makes cs_n 0. With cs_n 0, sck is inverted on every edge: when it rises miso is sampled into an internal flip-flop; when it falls the shift register shifts left taking the sampled bit at bit 0. At the fourth falling edge cs_n becomes 1 and done is 1 for the next cycle (done is 0 otherwise). mosi is bit 3 of the shift register and rx_word is the whole register. start is ignored while cs_n is 0.
// tags: seq, async_reset, active_low

module spi_mode0_master (
    input  wire       clk,
    input  wire       resetn,
    input  wire       start,
    input  wire [3:0] tx_word,
    input  wire       miso,
    output reg        sck,
    output wire       mosi,
    output reg        cs_n,
    output reg        done,
    output wire [3:0] rx_word
);
    reg [3:0] shifter;
    reg [1:0] sent;
    reg       sampled;

    assign mosi    = shifter[3];
    assign rx_word = shifter;

    always @(posedge clk or negedge resetn) begin
        if (!resetn) begin
            sck     <= 1'b0;
            cs_n    <= 1'b1;
            done    <= 1'b0;
            shifter <= 4'd0;
            sent    <= 2'd0;
            sampled <= 1'b0;
        end else begin
            done <= 1'b0;
            if (cs_n) begin
                if (start) begin
                    shifter <= tx_word;
                    sent    <= 2'd0;
                    cs_n    <= 1'b0;
                end
            end else if (!sck) begin
                sck     <= 1'b1;
                sampled <= miso;
            end else begin
                sck     <= 1'b0;
                shifter <= {shifter[2:0], sampled};
                sent    <= sent + 2'd1;
                if (sent == 2'd3) begin
                    cs_n <= 1'b1;
                    done <= 1'b1;
                end
            end
        end
    end
endmodule
