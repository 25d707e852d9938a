// title: Shift-register FIFO, show-ahead
// category: memories
// description: Module fifo_shift_based: clock clk, synchronous active-low reset resetn, 1-bit inputs in_valid and out_ready, 4-bit input in_data, 1-bit outputs in_ready and out_valid, 4-bit output out_data. A FIFO of four 4-bit words with valid/ready on both sides: a word enters when in_valid and in_ready are 1 at an edge and the oldest leaves when out_valid and out_ready are 1. in_ready is 1 when fewer than four words are stored (regardless of out_ready), out_valid is 1 when at least one is stored, out_data is the oldest word, or 0 when none is stored. Reset empties it.
// tags: seq, sync_reset, active_low

module fifo_shift_based (
    input  wire       clk,
    input  wire       resetn,
    input  wire       in_valid,
    output wire       in_ready,
    input  wire [3:0] in_data,
    output wire       out_valid,
    input  wire       out_ready,
    output reg  [3:0] out_data
);
    // The newest word is always in bits 3:0, older words above it.
    reg [15:0] words;
    reg [2:0]  used;

    wire enter = in_valid && in_ready;
    wire leave = out_valid && out_ready;

    assign in_ready  = (used != 3'd4);
    assign out_valid = (used != 3'd0);

    always @(posedge clk) begin
        if (!resetn) begin
            used  <= 3'd0;
            words <= 16'd0;
        end else begin
            if (enter)
                words <= {words[11:0], in_data};
            used <= used + {2'b00, enter} - {2'b00, leave};
        end
    end

    always @(*)
        case (used)
            3'd1:    out_data = words[3:0];
            3'd2:    out_data = words[7:4];
            3'd3:    out_data = words[11:8];
            3'd4:    out_data = words[15:12];
            default: out_data = 4'd0;
        endcase
endmodule
