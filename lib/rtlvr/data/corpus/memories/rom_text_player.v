// title: Character ROM with playback pointer
// category: memories
// description: Module rom_text_player: clock clk, asynchronous active-low reset rst_n, 1-bit input next, 7-bit output char and 1-bit output last. A 3-bit pointer, cleared by reset, selects one of the eight ASCII characters of the text "Verilog!" (pointer 0 is V); char shows it combinationally. On a rising edge with next 1 the pointer advances by one modulo 8. last is 1 when the pointer is 7.
// tags: seq, async_reset, active_low

module rom_text_player (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       next,
    output reg  [6:0] char,
    output wire       last
);
    reg [2:0] pointer;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n)
            pointer <= 3'd0;
        else if (next)
            pointer <= pointer + 3'd1;
    end

    always @(*)
        case (pointer)
            3'd0: char = 7'h56; // V
            3'd1: char = 7'h65; // e
            3'd2: char = 7'h72; // r
            3'd3: char = 7'h69; // i
            3'd4: char = 7'h6C; // l
            3'd5: char = 7'h6F; // o
            3'd6: char = 7'h67; // g
            3'd7: char = 7'h21; // !
        endcase

    assign last = &pointer;
endmodule
