// title: Serial to parallel converter with byte strobe
// category: shift_registers
// description: Module sipo_byte_capture: clock clk, synchronous active-high reset rst, 1-bit inputs bit_valid and bit_in, 8-bit registered output byte_out and 1-bit registered output byte_valid. Bits are accepted, most significant first, on edges with bit_valid 1. On the edge accepting the eighth bit, byte_out takes the complete byte and byte_valid is 1 for the following cycle; byte_valid is 0 in all other cycles and byte_out holds. Reset clears the outputs and the bit count, so a byte in progress is dropped.
// tags: seq, sync_reset, active_high

module sipo_byte_capture (
    input  wire       clk,
    input  wire       rst,
    input  wire       bit_valid,
    input  wire       bit_in,
    output reg  [7:0] byte_out,
    output reg        byte_valid
);
    reg [6:0] partial;
    reg [2:0] seen;

    always @(posedge clk) begin
        if (rst) begin
            partial    <= 7'd0;
            seen       <= 3'd0;
            byte_out   <= 8'd0;
            byte_valid <= 1'b0;
        end else begin
            byte_valid <= 1'b0;
            if (bit_valid) begin
                partial <= {partial[5:0], bit_in};
                seen    <= seen + 3'd1;
                if (seen == 3'd7) begin
                    byte_out   <= {partial, bit_in};
                    byte_valid <= 1'b1;
                end
            end
        end
    end
endmodule
