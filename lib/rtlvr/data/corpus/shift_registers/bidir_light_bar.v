// title: Bar-graph shift register
// category: shift_registers
// description: Module bidir_light_bar: clock clk, synchronous active-high reset sys_rst, 1-bit inputs louder and softer, 8-bit registered output bar. Reset clears bar. On a rising edge with louder 1 and softer 0, bar shifts left with a 1 entering at bit 0; with louder 0 and softer 1 it shifts right with a 0 entering at bit 7; when both or neither are 1 it holds.
// tags: seq, sync_reset, active_high

module bidir_light_bar (
    input  wire       clk,
    input  wire       sys_rst,
    input  wire       louder,
    input  wire       softer,
    output reg  [7:0] bar
);
    always @(posedge clk) begin
        if (sys_rst)
            bar <= 8'h00;
        else
            case ({louder, softer})
                2'b10:   bar <= {bar[6:0], 1'b1};
                2'b01:   bar <= {1'b0, bar[7:1]};
                default: bar <= bar;
            endcase
    end
endmodule
