// title: Adder/subtractor with condition flags
// category: arithmetic
// description: Combinational module add_sub_flags with 8-bit inputs a and b, 1-bit input subtract, 8-bit output y and 1-bit outputs n, z, c and v. y is a + b, or a - b when subtract is 1. n is y[7]; z is 1 when y is 0; c is the carry out of the addition, or for subtraction 1 when no borrow occurs (a >= b unsigned); v is 1 on two's complement overflow.
// tags: comb

module add_sub_flags (
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire       subtract,
    output wire [7:0] y,
    output wire       n,
    output wire       z,
    output wire       c,
    output wire       v
);
    wire [7:0] operand = b ^ {8{subtract}};

    assign {c, y} = {1'b0, a} + {1'b0, operand} + {8'd0, subtract};
    assign n = y[7];
    assign z = ~|y;
    assign v = (a[7] == operand[7]) && (y[7] != a[7]);
endmodule
