// title: Self-synchronising descrambler
// category: shift_registers
// description: Module self_sync_descrambler without reset: clock clk, 1-bit input line_in and 1-bit registered output data_out. On every rising edge, data_out becomes line_in XOR the line bit received 4 edges earlier XOR the line bit received 7 edges earlier (polynomial 1 + x^4 + x^7), and line_in enters the history. The output is known from the eighth edge on.
// tags: seq, no_reset

module self_sync_descrambler (
    input  wire clk,
    input  wire line_in,
    output reg  data_out
);
    reg [6:0] past;

    always @(posedge clk) begin
        past     <= {past[5:0], line_in};
        data_out <= line_in ^ past[3] ^ past[6];
    end
endmodule
