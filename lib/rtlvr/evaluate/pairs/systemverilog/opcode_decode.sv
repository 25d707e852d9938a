//# top opcode_decode
//# inputs inst:16
//# outputs rd:3 ra:3 imm:16 alu:3 writes branch illegal
//# golden
package isa;
  typedef enum logic [3:0] {OP_ADD, OP_SUB, OP_AND, OP_LI = 4'h8, OP_ADDI, OP_BEQ = 4'hc, OP_BNE, OP_ST = 4'he} op_e;
  typedef enum logic [2:0] {A_ADD, A_SUB, A_AND, A_PASS, A_CMP} alu_e;
  typedef struct packed {op_e op; logic [2:0] rd, ra; logic [5:0] low;} inst_t;
  typedef struct packed {logic [15:0] imm; alu_e alu; logic writes, branch, illegal;} control_t;
  function automatic logic [15:0] sext(input logic [5:0] x, input bit is_signed = 1);
    return is_signed ? 16'(signed'(x)) : 16'(x);
  endfunction
endpackage
module opcode_decode(input isa::inst_t inst, output logic [2:0] rd, ra, output logic [15:0] imm, output isa::alu_e alu,
                     output logic writes, branch, illegal);
  import isa::*;
  control_t c;
  always_comb begin
    c = '{alu: A_ADD, default: '0};
    case (inst.op)
      OP_ADD, OP_SUB, OP_AND: begin c.alu = alu_e'(inst.op[2:0]); c.writes = 1'b1; end
      OP_LI: begin c.alu = A_PASS; c.imm = {inst.ra, inst.low, 7'b0}; c.writes = 1'b1; end
      OP_ADDI: begin c.imm = sext(inst.low); c.writes = 1'b1; end
      OP_BEQ, OP_BNE: begin c.alu = A_CMP; c.imm = sext(inst.low) <<< 1; c.branch = 1'b1; end
      OP_ST: c.imm = sext(inst.low, .is_signed(0));
      default: c.illegal = 1'b1;
    endcase
    if (c.writes && inst.rd == '0) c.writes = 1'b0;
  end
  assign {imm, alu, writes, branch, illegal} = c;
  assign rd = inst.rd, ra = inst.ra;
endmodule
//# right plain Verilog
module opcode_decode(input [15:0] inst, output [2:0] rd, output [2:0] ra, output reg [15:0] imm, output reg [2:0] alu,
                     output writes, output branch, output illegal);
  wire [3:0] op = inst[15:12];
  wire r_type = op < 4'd3;
  wire immediate = (op == 4'd8) | (op == 4'd9);
  assign rd = inst[11:9], ra = inst[8:6];
  assign branch = (op[3:1] == 3'b110);
  assign writes = (r_type | immediate) & (|rd);
  assign illegal = ~(r_type | immediate | branch | (op == 4'd14));
  always @* begin
    imm = 16'd0;
    alu = 3'd0;
    if (r_type) alu = op[2:0];
    if (op == 8) begin alu = 3; imm = {inst[8:0], 7'd0}; end
    if (op == 9) imm = {{10{inst[5]}}, inst[5:0]};
    if (branch) begin alu = 4; imm = {{9{inst[5]}}, inst[5:0], 1'b0}; end
    if (op == 14) imm = {10'd0, inst[5:0]};
  end
endmodule
//# wrong enum value after a gap @golden
-OP_LI = 4'h8, OP_ADDI, OP_BEQ = 4'hc
+OP_LI = 4'h8, OP_ADDI = 4'ha, OP_BEQ = 4'hc
//# wrong store with a sign @golden
-sext(inst.low, .is_signed(0));
+sext(inst.low);
//# wrong register zero is written @golden
-    if (c.writes && inst.rd == '0) c.writes = 1'b0;
+
//# wrong destination and source swapped @golden
-struct packed {op_e op; logic [2:0] rd, ra;
+struct packed {op_e op; logic [2:0] ra, rd;
//# wrong branch not equal missing @golden
-      OP_BEQ, OP_BNE: begin
+      OP_BEQ: begin
//# wrong offset shifted before the sign @golden
-sext(inst.low) <<< 1;
+sext(6'(inst.low << 1));
//# stimulus
every(65536);
