// title: Universal shift register
// category: shift_registers
// description: Module universal_shift_reg: clock clk, asynchronous active-low reset clear_n, 2-bit input mode, 1-bit inputs left_in and right_in, 8-bit input din and 8-bit registered output q. clear_n low sets q to 0. On a rising edge: mode 0 holds; mode 1 shifts right with left_in entering at bit 7; mode 2 shifts left with right_in entering at bit 0; mode 3 loads din.
// tags: seq, async_reset, active_low

module universal_shift_reg (
    input  wire       clk,
    input  wire       clear_n,
    input  wire [1:0] mode,
    input  wire       left_in,
    input  wire       right_in,
    input  wire [7:0] din,
    output reg  [7:0] q
);
    always @(posedge clk or negedge clear_n) begin
        if (!clear_n)
            q <= 8'd0;
        else
            case (mode)
                2'd1:    q <= {left_in, q[7:1]};
                2'd2:    q <= {q[6:0], right_in};
                2'd3:    q <= din;
                default: q <= q;
            endcase
    end
endmodule
