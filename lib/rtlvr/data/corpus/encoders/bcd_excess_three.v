// title: BCD and excess-3 converter
// category: encoders
// description: Combinational module bcd_excess_three with 4-bit input code, 1-bit input to_excess, 4-bit output result and 1-bit output invalid. With to_excess 1, code is a BCD digit and result is code + 3; invalid is 1 for codes above 9. With to_excess 0, code is excess-3 and result is code - 3; invalid is 1 for codes below 3 or above 12. When invalid is 1, result is 0.
// tags: comb

module bcd_excess_three (
    input  wire [3:0] code,
    input  wire       to_excess,
    output wire [3:0] result,
    output wire       invalid
);
    assign invalid = to_excess ? (code > 4'd9)
                               : (code < 4'd3 || code > 4'd12);

    assign result = invalid   ? 4'd0 :
                    to_excess ? code + 4'd3 : code - 4'd3;
endmodule
