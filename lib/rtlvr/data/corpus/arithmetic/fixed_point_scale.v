// title: Signed Q4.4 multiplier with rounding and saturation
// category: arithmetic
// description: Combinational module fixed_point_scale with 8-bit signed Q4.4 inputs sample and gain, 8-bit signed Q4.4 output scaled and 1-bit output saturated. The exact 16-bit product has 8 added to it and is arithmetically shifted right by 4; the result is limited to -128..127 to give scaled, and saturated is 1 when limiting changed the value.
// tags: comb, signed

module fixed_point_scale (
    input  wire signed [7:0] sample,
    input  wire signed [7:0] gain,
    output reg  signed [7:0] scaled,
    output reg               saturated
);
    wire signed [15:0] product = sample * gain;
    wire signed [16:0] rounded = product + 17'sd8;
    wire signed [12:0] shifted = rounded >>> 4;

    always @(*) begin
        saturated = 1'b1;
        if (shifted > 13'sd127)
            scaled = 8'sd127;
        else if (shifted < -13'sd128)
            scaled = -8'sd128;
        else begin
            scaled    = shifted[7:0];
            saturated = 1'b0;
        end
    end
endmodule
