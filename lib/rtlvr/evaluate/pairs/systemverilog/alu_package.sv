//# top alu_package
//# inputs op:3 a:8 b:8
//# outputs y:8 zero carry negative
//# golden
package alu_pkg;
  parameter int W = 8;
  typedef enum logic [2:0] {ADD = 3'd1, SUB, AND_, OR_, XOR_, SLT, SRA} op_t;
  typedef struct packed {logic zero, carry, negative;} flags_t;
  function automatic flags_t flags_of(input logic [W:0] r);
    flags_of = '{zero: r[W-1:0] == '0, carry: r[W], negative: r[W-1]};
  endfunction
endpackage
module alu_package import alu_pkg::*; (input op_t op, input logic [W-1:0] a, b, output logic [W-1:0] y,
                                       output logic zero, carry, negative);
  logic [W:0] r;
  always_comb begin
    r = '0;
    unique case (op)
      ADD: r = a + b;
      SUB: r = {1'b0, a} - {1'b0, b};
      AND_: r = {1'b0, a & b};
      OR_: r = {1'b0, a | b};
      XOR_: r = {1'b0, a ^ b};
      SLT: r = (W + 1)'(signed'(a) < signed'(b));
      SRA: r = {1'b0, W'(signed'(a) >>> b[2:0])};
      default: ;
    endcase
  end
  flags_t f;
  assign f = flags_of(r), y = r[W-1:0];
  assign {zero, carry, negative} = f;
endmodule
//# right plain Verilog
module alu_package(op, a, b, y, zero, carry, negative);
  input [2:0] op;
  input [7:0] a, b;
  output [7:0] y;
  output zero, carry, negative;
  wire [8:0] sum = {1'b0, a} + {1'b0, b};
  wire [8:0] difference = {1'b0, a} - {1'b0, b};
  wire less = (a[7] != b[7]) ? a[7] : difference[8];
  wire [7:0] s1 = b[0] ? {a[7], a[7:1]} : a;
  wire [7:0] s2 = b[1] ? {{2{a[7]}}, s1[7:2]} : s1;
  wire [7:0] s4 = b[2] ? {{4{a[7]}}, s2[7:4]} : s2;
  assign y = (op == 3'd1) ? sum[7:0] : (op == 3'd2) ? difference[7:0] : (op == 3'd3) ? (a & b) :
             (op == 3'd4) ? (a | b) : (op == 3'd5) ? (a ^ b) : (op == 3'd6) ? {7'd0, less} : (op == 3'd7) ? s4 : 8'd0;
  assign zero = ~|y;
  assign carry = (op == 3'd1) ? sum[8] : (op == 3'd2) & difference[8];
  assign negative = y[7];
endmodule
//# right case in a function
module alu_package(input [2:0] op, input [7:0] a, input [7:0] b, output [7:0] y, output zero, output carry, output negative);
  function [8:0] result(input [2:0] op, input [7:0] a, input [7:0] b);
    reg signed [7:0] sa, sb;
    begin
      sa = a; sb = b;
      case (op)
        0: result = 0;
        1: result = a + b;
        2: result = a + {1'b1, ~b} + 9'd1;
        3: result = a & b;
        4: result = a | b;
        5: result = a ^ b;
        6: result = (sa < sb) ? 9'd1 : 9'd0;
        default: begin sa = sa >>> b[2:0]; result = {1'b0, sa}; end
      endcase
    end
  endfunction
  assign {carry, y} = result(op, a, b);
  assign {zero, negative} = {y == 8'h00, y[7]};
endmodule
//# wrong sign lost in the comparison @golden
-(signed'(a) < signed'(b))
+(a < b)
//# wrong enum counts from zero @golden
-ADD = 3'd1, SUB
+ADD, SUB
//# wrong flags in another order @golden
-struct packed {logic zero, carry, negative;}
+struct packed {logic carry, zero, negative;}
//# wrong arithmetic shift of an unsigned word @golden
-signed'(a) >>> b[2:0]
+a >>> b[2:0]
//# wrong carry lost @golden
-      SUB: r = {1'b0, a} - {1'b0, b};
+      SUB: r = {1'b0, W'(a - b)};
//# wrong shift by four fills two bits @plain Verilog
-{{4{a[7]}}, s2[7:4]}
+{{2{1'b0}}, {2{a[7]}}, s2[7:4]}
