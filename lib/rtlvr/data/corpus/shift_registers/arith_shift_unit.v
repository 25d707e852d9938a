// title: Arithmetic/logical shift register
// category: shift_registers
// description: Module arith_shift_unit without reset: clock clk, 1-bit input load, 2-bit input op, 8-bit input din, 8-bit registered output q. On a rising edge load copies din into q. Otherwise op selects: 0 hold, 1 logical shift left by one, 2 logical shift right by one, 3 arithmetic shift right by one (bit 7 is duplicated). q is undefined until the first load.
// tags: seq, no_reset, signed

module arith_shift_unit (
    input  wire              clk,
    input  wire              load,
    input  wire        [1:0] op,
    input  wire        [7:0] din,
    output reg  signed [7:0] q
);
    always @(posedge clk) begin
        if (load)
            q <= din;
        else
            case (op)
                2'd0: q <= q;
                2'd1: q <= q << 1;
                2'd2: q <= q >> 1;
                2'd3: q <= q >>> 1;
            endcase
    end
endmodule
