// title: ALU from separate units
// category: hierarchical
// description: Combinational module mini_alu_units with 8-bit inputs a and b, 3-bit input op, 8-bit output y and 1-bit output zero. op: 0 a+b, 1 a-b, 2 a AND b, 3 a OR b, 4 a XOR b, 5 a shifted left by b[2:0], 6 a arithmetically shifted right by b[2:0], 7 gives 1 when a < b as two's complement numbers, else 0. Sums are modulo 256; zero is 1 when y is 0. An arithmetic unit, a logic unit and a shift unit are combined by the top.
// tags: comb, hierarchy, signed

module mau_arith (
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire       sub,
    output wire [7:0] result,
    output wire       less
);
    assign result = sub ? a - b : a + b;
    assign less   = ($signed(a) < $signed(b));
endmodule

module mau_logic (
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire [1:0] fn,
    output reg  [7:0] result
);
    always @(*)
        case (fn)
            2'd2:    result = a & b;
            2'd3:    result = a | b;
            default: result = a ^ b;
        endcase
endmodule

module mau_shift (
    input  wire signed [7:0] a,
    input  wire        [2:0] amount,
    input  wire              right,
    output reg         [7:0] result
);
    always @(*)
        if (right)
            result = a >>> amount;
        else
            result = a << amount;
endmodule

module mini_alu_units (
    input  wire [7:0] a,
    input  wire [7:0] b,
    input  wire [2:0] op,
    output reg  [7:0] y,
    output wire       zero
);
    wire [7:0] arith_y, logic_y, shift_y;
    wire       less;

    mau_arith u_arith (.a(a), .b(b), .sub(op[0]), .result(arith_y), .less(less));
    mau_logic u_logic (.a(a), .b(b), .fn(op[1:0]), .result(logic_y));
    mau_shift u_shift (.a(a), .amount(b[2:0]), .right(op[1]), .result(shift_y));

    always @(*)
        case (op)
            3'd0, 3'd1:       y = arith_y;
            3'd2, 3'd3, 3'd4: y = logic_y;
            3'd5, 3'd6:       y = shift_y;
            default:          y = {7'd0, less};
        endcase

    assign zero = (y == 8'd0);
endmodule
