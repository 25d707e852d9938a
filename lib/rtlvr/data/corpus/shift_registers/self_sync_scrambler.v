// title: Self-synchronising scrambler
// category: shift_registers
// description: Module self_sync_scrambler: clock clk, asynchronous active-high reset rst, 1-bit inputs valid_in and data_in, 1-bit registered outputs valid_out and data_out. The scrambler polynomial is 1 + x^4 + x^7: on a rising edge with valid_in 1, the scrambled bit s is data_in XOR the scrambled bit of 4 accepted bits ago XOR that of 7 accepted bits ago; s is placed in data_out and in a 7-bit history. valid_out follows valid_in by one edge; data_out holds when valid_in is 0. Reset clears valid_out, data_out and the history.
// tags: seq, async_reset, active_high

module self_sync_scrambler (
    input  wire clk,
    input  wire rst,
    input  wire valid_in,
    input  wire data_in,
    output reg  valid_out,
    output reg  data_out
);
    reg  [6:0] past;
    wire       scrambled = data_in ^ past[3] ^ past[6];

    always @(posedge clk or posedge rst) begin
        if (rst) begin
            past      <= 7'd0;
            valid_out <= 1'b0;
            data_out  <= 1'b0;
        end else begin
            valid_out <= valid_in;
            if (valid_in) begin
                past     <= {past[5:0], scrambled};
                data_out <= scrambled;
            end
        end
    end
endmodule
