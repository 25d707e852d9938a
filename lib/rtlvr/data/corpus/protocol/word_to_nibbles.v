// title: Width down-converter with handshake
// category: protocol
// description: Module word_to_nibbles: clock clk, asynchronous active-high reset reset, inputs in_valid, in_word (12 bits), out_ready, outputs in_ready, out_valid, out_nibble (4 bits) and out_last. A word is accepted on an edge with in_valid and in_ready 1 and sent as three nibbles, least significant first, each transferring on an edge with out_valid and out_ready 1. out_valid is 1 while nibbles remain; out_last is 1 with the third nibble. in_ready is 1 when no nibble remains, or when the last nibble is being transferred (out_last and out_ready), so words can follow without a gap. out_nibble is bits 3:0 of the shift register, which shifts right by four with zeros entering after each transferred nibble unless a new word is loaded. Reset clears the register and drops the word.
// tags: seq, async_reset, active_high

module word_to_nibbles (
    input  wire        clk,
    input  wire        reset,
    input  wire        in_valid,
    input  wire [11:0] in_word,
    output wire        in_ready,
    output wire        out_valid,
    output wire [3:0]  out_nibble,
    output wire        out_last,
    input  wire        out_ready
);
    reg [11:0] shifter;
    reg [1:0]  left;

    assign out_valid  = (left != 2'd0);
    assign out_last   = (left == 2'd1);
    assign out_nibble = shifter[3:0];
    assign in_ready   = !out_valid || (out_last && out_ready);

    always @(posedge clk or posedge reset) begin
        if (reset) begin
            shifter <= 12'd0;
            left    <= 2'd0;
        end else if (in_valid && in_ready) begin
            shifter <= in_word;
            left    <= 2'd3;
        end else if (out_valid && out_ready) begin
            shifter <= shifter >> 4;
            left    <= left - 2'd1;
        end
    end
endmodule
