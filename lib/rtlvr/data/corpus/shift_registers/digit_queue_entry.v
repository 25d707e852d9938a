// title: Keypad digit entry register
// category: shift_registers
// description: Module digit_queue_entry: clock clk, asynchronous active-low reset por_n, synchronous active-high clear, 1-bit inputs key_valid and erase, 4-bit input key, 16-bit registered output display (four digits, newest in bits 3:0) and 3-bit registered output digits. por_n low or, at a rising edge, clear sets display and digits to 0. Otherwise erase removes the newest digit (display shifts right by one digit with 0 entering, digits decreases) if digits is not 0; else key_valid appends key (display shifts left by one digit, digits increases) if digits is less than 4. erase has priority over key_valid, and when erase is 1 key_valid is ignored.
// tags: seq, async_reset, sync_reset, active_high, active_low

module digit_queue_entry (
    input  wire        clk,
    input  wire        por_n,
    input  wire        clear,
    input  wire        key_valid,
    input  wire        erase,
    input  wire [3:0]  key,
    output reg  [15:0] display,
    output reg  [2:0]  digits
);
    always @(posedge clk or negedge por_n) begin
        if (!por_n) begin
            display <= 16'd0;
            digits  <= 3'd0;
        end else if (clear) begin
            display <= 16'd0;
            digits  <= 3'd0;
        end else if (erase) begin
            if (digits != 3'd0) begin
                display <= display >> 4;
                digits  <= digits - 3'd1;
            end
        end else if (key_valid && digits < 3'd4) begin
            display <= {display[11:0], key};
            digits  <= digits + 3'd1;
        end
    end
endmodule
