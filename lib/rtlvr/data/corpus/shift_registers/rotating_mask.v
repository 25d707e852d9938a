// title: Loadable rotating mask register
// category: shift_registers
// description: Module rotating_mask without reset: clock clk, 1-bit inputs load, turn and dir, 8-bit input pattern and 8-bit registered output mask. On a rising edge, load copies pattern into mask; otherwise, when turn is 1, mask rotates by one position, left when dir is 0 and right when dir is 1; otherwise it holds. The contents are undefined until the first load.
// tags: seq, no_reset

module rotating_mask (
    input  wire       clk,
    input  wire       load,
    input  wire       turn,
    input  wire       dir,
    input  wire [7:0] pattern,
    output reg  [7:0] mask
);
    always @(posedge clk) begin
        if (load)
            mask <= pattern;
        else if (turn)
            mask <= dir ? {mask[0], mask[7:1]} : {mask[6:0], mask[7]};
    end
endmodule
