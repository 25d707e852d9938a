// title: UART transmitter, 8N1
// category: protocol
// description: Module uart_tx_mini with parameter CLKS_PER_BIT (default 2, at most 255): clock clk, asynchronous active-low reset rst_n, 1-bit input send, 8-bit input data, 1-bit outputs tx and busy. Reset makes tx 1 and busy 0. When busy is 0, an edge with send 1 captures data, sets busy and starts a frame: tx is 0 (start bit), then the data bits from bit 0 to bit 7, then 1 (stop bit), each for CLKS_PER_BIT cycles, the start bit beginning right after that edge. busy falls at the end of the stop bit; send is ignored while busy. tx is the lowest bit of a 9-bit shift register that refills with ones.
// tags: seq, async_reset, active_low, parameter

module uart_tx_mini #(
    parameter CLKS_PER_BIT = 2
) (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       send,
    input  wire [7:0] data,
    output wire       tx,
    output wire       busy
);
    reg [8:0] shifter;
    reg [3:0] bits_left;
    reg [7:0] baud;

    assign tx   = shifter[0];
    assign busy = (bits_left != 4'd0);

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            shifter   <= 9'h1FF;
            bits_left <= 4'd0;
            baud      <= 8'd0;
        end else if (!busy) begin
            if (send) begin
                shifter   <= {data, 1'b0};
                bits_left <= 4'd10;
                baud      <= 8'd0;
            end
        end else if (baud == CLKS_PER_BIT - 1) begin
            baud      <= 8'd0;
            shifter   <= {1'b1, shifter[8:1]};
            bits_left <= bits_left - 4'd1;
        end else
            baud <= baud + 8'd1;
    end
endmodule
