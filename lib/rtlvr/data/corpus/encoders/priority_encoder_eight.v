// title: Priority encoder, highest input first
// category: encoders
// description: Combinational module priority_encoder_eight with 8-bit input lines, 3-bit output code and 1-bit outputs valid and several. code is the index of the highest-numbered 1 of lines (0 when there is none), valid is 1 when any line is 1, and several is 1 when at least two lines are 1.
// tags: comb

module priority_encoder_eight (
    input  wire [7:0] lines,
    output reg  [2:0] code,
    output wire       valid,
    output wire       several
);
    always @(*) begin
        casez (lines)
            8'b1???????: code = 3'd7;
            8'b01??????: code = 3'd6;
            8'b001?????: code = 3'd5;
            8'b0001????: code = 3'd4;
            8'b00001???: code = 3'd3;
            8'b000001??: code = 3'd2;
            8'b0000001?: code = 3'd1;
            default:     code = 3'd0;
        endcase
    end

    assign valid   = |lines;
    assign several = |(lines & (lines - 8'd1));
endmodule
