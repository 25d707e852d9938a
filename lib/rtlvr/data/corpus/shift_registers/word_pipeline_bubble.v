// title: Three-stage word pipeline with valid bits
// category: shift_registers
// description: Module word_pipeline_bubble: clock clk, synchronous active-low reset clr_n, 1-bit inputs advance and in_valid, 8-bit input in_word, 8-bit output out_word, 1-bit output out_valid and 2-bit output occupancy. On a rising edge with advance 1, a three-stage pipeline of words and valid bits moves forward by one stage, taking in_word and in_valid at its first stage; with advance 0 it holds. clr_n low clears the valid bits and the words regardless of advance. out_word and out_valid come from the third stage; occupancy is the number of stages whose valid bit is 1.
// tags: seq, sync_reset, active_low

module word_pipeline_bubble (
    input  wire       clk,
    input  wire       clr_n,
    input  wire       advance,
    input  wire       in_valid,
    input  wire [7:0] in_word,
    output wire [7:0] out_word,
    output wire       out_valid,
    output wire [1:0] occupancy
);
    reg [23:0] words;
    reg [2:0]  valids;

    always @(posedge clk) begin
        if (!clr_n) begin
            words  <= 24'd0;
            valids <= 3'd0;
        end else if (advance) begin
            words  <= {words[15:0], in_word};
            valids <= {valids[1:0], in_valid};
        end
    end

    assign out_word  = words[23:16];
    assign out_valid = valids[2];
    assign occupancy = valids[0] + valids[1] + valids[2];
endmodule
