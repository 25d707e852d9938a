// title: Width up-converter with handshake
// category: protocol
// description: Module nibble_packer: clock clk, synchronous active-high reset clear, inputs in_valid, in_nibble (4 bits), in_last, out_ready, outputs in_ready, out_valid, out_word (8 bits) and out_partial. Nibbles are accepted on edges with in_valid and in_ready 1; two nibbles form a word, the first in bits 3:0. A first nibble with in_last 1 forms a word on its own, with bits 7:4 zero and out_partial 1; words of two nibbles have out_partial 0. When a word is complete, out_valid is 1 from the next cycle until an edge with out_ready 1; out_word and out_partial hold meanwhile. in_ready is 1 when out_valid is 0 or out_ready is 1. A first nibble (not last) is kept internally without disturbing out_word. Reset clears all state and outputs.
// tags: seq, sync_reset, active_high

module nibble_packer (
    input  wire       clk,
    input  wire       clear,
    input  wire       in_valid,
    input  wire [3:0] in_nibble,
    input  wire       in_last,
    output wire       in_ready,
    output reg        out_valid,
    output reg  [7:0] out_word,
    output reg        out_partial,
    input  wire       out_ready
);
    reg       have_low;
    reg [3:0] low;

    wire accept = in_valid && in_ready;

    assign in_ready = !out_valid || out_ready;

    always @(posedge clk) begin
        if (clear) begin
            out_valid   <= 1'b0;
            out_word    <= 8'd0;
            out_partial <= 1'b0;
            have_low    <= 1'b0;
            low         <= 4'd0;
        end else begin
            if (out_ready)
                out_valid <= 1'b0;
            if (accept) begin
                if (have_low) begin
                    out_word    <= {in_nibble, low};
                    out_partial <= 1'b0;
                    out_valid   <= 1'b1;
                    have_low    <= 1'b0;
                end else if (in_last) begin
                    out_word    <= {4'd0, in_nibble};
                    out_partial <= 1'b1;
                    out_valid   <= 1'b1;
                end else begin
                    low      <= in_nibble;
                    have_low <= 1'b1;
                end
            end
        end
    end
endmodule
