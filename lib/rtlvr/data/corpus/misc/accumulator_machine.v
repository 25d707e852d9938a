// title: Accumulator machine with external program
// category: misc
// description: Module accumulator_machine: clock clk, asynchronous active-high reset clr, 8-bit input instr, 4-bit output pc, 8-bit output acc, both registered, and 1-bit registered output halted. Each edge executes instr, whose opcode is bits 7:5 and operand bits 3:0 (bit 4 unused): 0 no operation; 1 acc = operand (zero-extended); 2 acc = acc + operand; 3 acc = acc - operand (both modulo 256); 4 jump: pc = operand; 5 jump if acc is 0; 6 acc shifted left by one; 7 halt. pc otherwise increments modulo 16. Halt sets halted, pc not changing; while halted nothing changes until reset, except that an instr equal to 8'h00 clears halted (pc and acc unchanged on that edge). Reset clears pc, acc and halted.
// tags: seq, async_reset, active_high

module accumulator_machine (
    input  wire       clk,
    input  wire       clr,
    input  wire [7:0] instr,
    output reg  [3:0] pc,
    output reg  [7:0] acc,
    output reg        halted
);
    localparam [2:0] LDI  = 3'd1,
                     ADD  = 3'd2,
                     SUB  = 3'd3,
                     JMP  = 3'd4,
                     JZ   = 3'd5,
                     SHL  = 3'd6,
                     HALT = 3'd7;

    wire [2:0] opcode  = instr[7:5];
    wire [3:0] operand = instr[3:0];

    always @(posedge clk or posedge clr) begin
        if (clr) begin
            pc     <= 4'd0;
            acc    <= 8'd0;
            halted <= 1'b0;
        end else if (halted) begin
            if (instr == 8'h00)
                halted <= 1'b0;
        end else begin
            pc <= pc + 4'd1;
            case (opcode)
                LDI:  acc <= {4'd0, operand};
                ADD:  acc <= acc + {4'd0, operand};
                SUB:  acc <= acc - {4'd0, operand};
                JMP:  pc  <= operand;
                JZ:   if (acc == 8'd0) pc <= operand;
                SHL:  acc <= acc << 1;
                HALT: begin
                    halted <= 1'b1;
                    pc     <= pc;
                end
                default: ;
            endcase
        end
    end
endmodule
