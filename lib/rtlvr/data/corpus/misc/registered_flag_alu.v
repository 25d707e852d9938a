// title: Registered ALU with carry chain
// category: misc
// description: Module registered_flag_alu: clock clk, synchronous active-high reset rst, 1-bit input en, 3-bit input op, 8-bit inputs a and b, 8-bit registered output y, 1-bit registered outputs carry and zero. On an edge with en 1: op 0 {carry,y} = a + b; op 1 {carry,y} = a + b + carry; op 2 y = a - b with carry = 1 on borrow; op 3 y = a - b - carry with carry = 1 on borrow; op 4 y = a AND b; op 5 y = a XOR b; op 6 {carry,y} = {a, carry} (rotate left through carry); op 7 y = NOT a. Ops 4, 5 and 7 keep carry. zero becomes 1 when the new y is 0, else 0. With en 0 all hold. Reset sets y and carry to 0 and zero to 1.
// tags: seq, sync_reset, active_high

module registered_flag_alu (
    input  wire       clk,
    input  wire       rst,
    input  wire       en,
    input  wire [2:0] op,
    input  wire [7:0] a,
    input  wire [7:0] b,
    output reg  [7:0] y,
    output reg        carry,
    output reg        zero
);
    reg [8:0] result;

    always @(*) begin
        case (op)
            3'd0:    result = {1'b0, a} + {1'b0, b};
            3'd1:    result = {1'b0, a} + {1'b0, b} + {8'd0, carry};
            3'd2:    result = {1'b0, a} - {1'b0, b};
            3'd3:    result = {1'b0, a} - {1'b0, b} - {8'd0, carry};
            3'd4:    result = {carry, a & b};
            3'd5:    result = {carry, a ^ b};
            3'd6:    result = {a, carry};
            default: result = {carry, ~a};
        endcase
    end

    always @(posedge clk) begin
        if (rst) begin
            y     <= 8'd0;
            carry <= 1'b0;
            zero  <= 1'b1;
        end else if (en) begin
            {carry, y} <= result;
            zero       <= (result[7:0] == 8'd0);
        end
    end
endmodule
