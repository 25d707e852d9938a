// title: Two-digit BCD adder
// category: arithmetic
// description: Combinational module bcd_pair_adder with 8-bit inputs x and y, each holding two BCD digits (tens in bits 7:4), 1-bit input cin, 8-bit output sum and 1-bit output cout. Each digit sum t (digit of x + digit of y + carry in) gives digit t and carry 0 when t <= 9, else the low four bits of t + 6 and carry 1; the carry of the ones digit feeds the tens digit and the carry of the tens digit is cout. Inputs with invalid digits (above 9) follow the same rule.
// tags: comb, function

module bcd_pair_adder (
    input  wire [7:0] x,
    input  wire [7:0] y,
    input  wire       cin,
    output wire [7:0] sum,
    output wire       cout
);
    // Returns {carry, digit}.
    function [4:0] digit_add;
        input [3:0] p;
        input [3:0] q;
        input       c;
        reg   [5:0] t;
        begin
            t = p + q + c;
            if (t > 6'd9) begin
                t = t + 6'd6;
                digit_add = {1'b1, t[3:0]};
            end else
                digit_add = {1'b0, t[3:0]};
        end
    endfunction

    wire [4:0] ones = digit_add(x[3:0], y[3:0], cin);
    wire [4:0] tens = digit_add(x[7:4], y[7:4], ones[4]);

    assign sum  = {tens[3:0], ones[3:0]};
    assign cout = tens[4];
endmodule
