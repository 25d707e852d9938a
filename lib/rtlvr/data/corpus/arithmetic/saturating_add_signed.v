// title: Signed saturating adder
// category: arithmetic
// description: Combinational module saturating_add_signed with 8-bit two's complement inputs a and b, 8-bit two's complement output sum and 1-bit output clipped. sum is a + b limited to the range -128 to 127; clipped is 1 when the exact sum lies outside that range.
// tags: comb, signed

module saturating_add_signed (
    input  wire signed [7:0] a,
    input  wire signed [7:0] b,
    output reg  signed [7:0] sum,
    output wire              clipped
);
    wire signed [8:0] exact = a + b;

    assign clipped = (exact[8] != exact[7]);

    always @(*) begin
        if (!clipped)
            sum = exact[7:0];
        else if (exact[8])
            sum = 8'h80;
        else
            sum = 8'h7F;
    end
endmodule
