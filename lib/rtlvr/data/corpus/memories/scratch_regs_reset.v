// title: Resettable scratch registers with swap
// category: memories
// description: Module scratch_regs_reset: clock clk, synchronous active-high reset rst, 2-bit input op, 2-bit inputs a and b, 8-bit input din, 8-bit outputs qa and qb. Four 8-bit registers, all set to 0 by rst. On a rising edge: op 0 does nothing, op 1 writes din to register a, op 2 copies register b into register a, op 3 exchanges registers a and b. qa and qb show registers a and b combinationally.
// tags: seq, sync_reset, active_high, memory

module scratch_regs_reset (
    input  logic       clk,
    input  logic       rst,
    input  logic [1:0] op,
    input  logic [1:0] a,
    input  logic [1:0] b,
    input  logic [7:0] din,
    output logic [7:0] qa,
    output logic [7:0] qb
);
    logic [7:0] r [0:3];

    assign qa = r[a];
    assign qb = r[b];

    always_ff @(posedge clk) begin
        if (rst) begin
            r[0] <= 8'd0;
            r[1] <= 8'd0;
            r[2] <= 8'd0;
            r[3] <= 8'd0;
        end else
            case (op)
                2'd0: ;
                2'd1: r[a] <= din;
                2'd2: r[a] <= qb;
                2'd3: begin
                    r[a] <= qb;
                    r[b] <= qa;
                end
            endcase
    end
endmodule
