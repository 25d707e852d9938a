// title: NRZI encoder and decoder
// category: encoders
// description: Module nrzi_codec: clock clk, asynchronous active-high reset arst, 1-bit inputs tx_en, tx_bit and rx_line, 1-bit registered outputs tx_line and rx_bit. Transmit: on an edge with tx_en 1, tx_line inverts when tx_bit is 0 and holds when tx_bit is 1; with tx_en 0 it holds. Receive: on every edge rx_bit becomes 1 when rx_line equals its value at the previous edge, else 0. Reset sets tx_line and the stored previous rx_line to 1 and rx_bit to 0.
// tags: seq, async_reset, active_high

module nrzi_codec (
    input  wire clk,
    input  wire arst,
    input  wire tx_en,
    input  wire tx_bit,
    output reg  tx_line,
    input  wire rx_line,
    output reg  rx_bit
);
    reg rx_last;

    always @(posedge clk or posedge arst) begin
        if (arst) begin
            tx_line <= 1'b1;
            rx_last <= 1'b1;
            rx_bit  <= 1'b0;
        end else begin
            if (tx_en && !tx_bit)
                tx_line <= ~tx_line;
            rx_last <= rx_line;
            rx_bit  <= (rx_line == rx_last);
        end
    end
endmodule
