// title: Framed message parser
// category: protocol
// description: Module frame_parser_checksum: clock clk, asynchronous active-low reset rst_n, 1-bit input byte_valid, 4-bit input symbol, 4-bit registered output payload, 1-bit registered outputs payload_valid, frame_ok and frame_bad. Symbols are taken on edges with byte_valid 1. A frame is: start symbol 4'hA; a length symbol of which only bits 1:0 count, giving n = bits + 1 payload symbols; n payload symbols; a check symbol. Other symbols while waiting for a start are ignored. Each payload symbol is copied to payload with payload_valid 1 for one cycle. At the check symbol frame_ok (one cycle) is 1 if it equals the sum of the full 4-bit length symbol and all payload symbols modulo 16, else frame_bad is 1; then a start is awaited again. Pulses are 0 otherwise, payload holds. Reset clears the outputs and awaits a start.
// tags: seq, async_reset, active_low

module frame_parser_checksum (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       byte_valid,
    input  wire [3:0] symbol,
    output reg  [3:0] payload,
    output reg        payload_valid,
    output reg        frame_ok,
    output reg        frame_bad
);
    localparam [1:0] HUNT = 2'd0, LENGTH = 2'd1, BODY = 2'd2, CHECK = 2'd3;
    localparam [3:0] START_SYMBOL = 4'hA;

    reg [1:0] state;
    reg [1:0] left;
    reg [3:0] sum;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            state         <= HUNT;
            left          <= 2'd0;
            sum           <= 4'd0;
            payload       <= 4'd0;
            payload_valid <= 1'b0;
            frame_ok      <= 1'b0;
            frame_bad     <= 1'b0;
        end else begin
            payload_valid <= 1'b0;
            frame_ok      <= 1'b0;
            frame_bad     <= 1'b0;
            if (byte_valid) begin
                case (state)
                    HUNT:
                        if (symbol == START_SYMBOL)
                            state <= LENGTH;
                    LENGTH: begin
                        left  <= symbol[1:0];
                        sum   <= symbol;
                        state <= BODY;
                    end
                    BODY: begin
                        payload       <= symbol;
                        payload_valid <= 1'b1;
                        sum           <= sum + symbol;
                        left          <= left - 2'd1;
                        if (left == 2'd0)
                            state <= CHECK;
                    end
                    CHECK: begin
                        frame_ok  <= (symbol == sum);
                        frame_bad <= (symbol != sum);
                        state     <= HUNT;
                    end
                endcase
            end
        end
    end
endmodule
