// title: Five-cycle serial delay line
// category: shift_registers
// description: Module serial_delay_five without reset: clock clk, 1-bit input d and 1-bit output q. q is the value that d had at the fifth most recent rising edge of clk (a five-stage shift register advanced on every edge).
// tags: seq, no_reset

module serial_delay_five (
    input  wire clk,
    input  wire d,
    output wire q
);
    reg [4:0] taps;

    always @(posedge clk)
        taps <= {taps[3:0], d};

    assign q = taps[4];
endmodule
