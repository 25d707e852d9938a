// title: Hexadecimal seven-segment decoder
// category: encoders
// description: Combinational module seven_seg_hex with 4-bit input value, 1-bit inputs blank and lamp_test and 7-bit output seg ordered {g,f,e,d,c,b,a}, active high. lamp_test 1 lights all segments; otherwise blank 1 lights none; otherwise the digit 0-9, A, b, C, d, E, F is shown with the codes 3F,06,5B,4F,66,6D,7D,07,7F,6F,77,7C,39,5E,79,71 (hexadecimal, for value 0 to 15).
// tags: comb

module seven_seg_hex (
    input  logic [3:0] value,
    input  logic       blank,
    input  logic       lamp_test,
    output logic [6:0] seg
);
    logic [6:0] glyph;

    always_comb begin
        case (value)
            4'h0: glyph = 7'h3F;
            4'h1: glyph = 7'h06;
            4'h2: glyph = 7'h5B;
            4'h3: glyph = 7'h4F;
            4'h4: glyph = 7'h66;
            4'h5: glyph = 7'h6D;
            4'h6: glyph = 7'h7D;
            4'h7: glyph = 7'h07;
            4'h8: glyph = 7'h7F;
            4'h9: glyph = 7'h6F;
            4'hA: glyph = 7'h77;
            4'hB: glyph = 7'h7C;
            4'hC: glyph = 7'h39;
            4'hD: glyph = 7'h5E;
            4'hE: glyph = 7'h79;
            default: glyph = 7'h71;
        endcase
    end

    always_comb begin
        if (lamp_test)
            seg = 7'h7F;
        else if (blank)
            seg = 7'h00;
        else
            seg = glyph;
    end
endmodule
