// title: Residue modulo three
// category: arithmetic
// description: Combinational module mod_three_residue with 8-bit unsigned input n and 2-bit output residue. residue is n modulo 3 (0, 1 or 2).
// tags: comb, function

module mod_three_residue (
    input  wire [7:0] n,
    output wire [1:0] residue
);
    // Since 4 mod 3 is 1, the base-4 digits can simply be summed modulo 3.
    function [1:0] add_mod3;
        input [1:0] p;
        input [1:0] q;
        reg   [2:0] s;
        begin
            s = p + q;
            case (s)
                3'd0, 3'd3, 3'd6: add_mod3 = 2'd0;
                3'd1, 3'd4:       add_mod3 = 2'd1;
                default:          add_mod3 = 2'd2;
            endcase
        end
    endfunction

    assign residue = add_mod3(add_mod3(n[1:0], n[3:2]), add_mod3(n[5:4], n[7:6]));
endmodule
