// title: Parallel to serial shifter, LSB first
// category: shift_registers
// description: Module piso_loader: clock clk, asynchronous active-high reset arst, 1-bit inputs load and shift, 6-bit input parallel_in, 1-bit output serial_out and 1-bit output empty. Reset clears the 6-bit shift register and the 3-bit count of bits left. On a rising edge load (priority) copies parallel_in and sets the count to 6; otherwise, when shift is 1 and the count is nonzero, the register shifts right with a 0 entering and the count decreases. serial_out is bit 0 of the register; empty is 1 when the count is 0.
// tags: seq, async_reset, active_high

module piso_loader (
    input  wire       clk,
    input  wire       arst,
    input  wire       load,
    input  wire       shift,
    input  wire [5:0] parallel_in,
    output wire       serial_out,
    output wire       empty
);
    reg [5:0] data;
    reg [2:0] left;

    assign serial_out = data[0];
    assign empty      = (left == 3'd0);

    always @(posedge clk or posedge arst) begin
        if (arst) begin
            data <= 6'd0;
            left <= 3'd0;
        end else if (load) begin
            data <= parallel_in;
            left <= 3'd6;
        end else if (shift && !empty) begin
            data <= data >> 1;
            left <= left - 3'd1;
        end
    end
endmodule
