// title: Programmable delay line
// category: shift_registers
// description: Module tap_select_delay without reset: clock clk, 4-bit input din, 2-bit input depth and 4-bit output dout. A four-stage register chain shifts din in on every rising edge. dout is combinational: with depth 0 it is the first stage (din delayed by one edge), 1 the second, 2 the third and 3 the fourth.
// tags: seq, no_reset

module tap_select_delay (
    input  wire       clk,
    input  wire [3:0] din,
    input  wire [1:0] depth,
    output reg  [3:0] dout
);
    reg [3:0] stage1, stage2, stage3, stage4;

    always @(posedge clk) begin
        stage1 <= din;
        stage2 <= stage1;
        stage3 <= stage2;
        stage4 <= stage3;
    end

    always @(*)
        case (depth)
            2'd0:    dout = stage1;
            2'd1:    dout = stage2;
            2'd2:    dout = stage3;
            default: dout = stage4;
        endcase
endmodule
