// title: Skid buffer with registered ready
// category: protocol
// description: Module skid_buffer_reg: clock clk, synchronous active-high reset rst, upstream in_valid, in_data (8 bits) and output in_ready, downstream outputs out_valid, out_data (8 bits) and input out_ready. in_ready, out_valid and out_data come directly from registers. Capacity is two words in order: a main output register and one skid register that is filled only when a word arrives while the main register is full and not being taken. in_ready is 1 exactly when the skid register is empty; words transfer when valid and ready are both 1 at an edge. When the skid is full and the main register is taken, the skid word moves to the main register. Reset empties both and sets their data to 0.
// tags: seq, sync_reset, active_high

module skid_buffer_reg (
    input  logic       clk,
    input  logic       rst,
    input  logic       in_valid,
    input  logic [7:0] in_data,
    output logic       in_ready,
    output logic       out_valid,
    output logic [7:0] out_data,
    input  logic       out_ready
);
    logic       skid_full;
    logic [7:0] skid_data;

    wire accept   = in_valid && in_ready;
    wire out_free = !out_valid || out_ready;

    assign in_ready = !skid_full;

    always_ff @(posedge clk) begin
        if (rst) begin
            out_valid <= 1'b0;
            out_data  <= 8'd0;
            skid_full <= 1'b0;
            skid_data <= 8'd0;
        end else if (out_free) begin
            if (skid_full) begin
                out_valid <= 1'b1;
                out_data  <= skid_data;
                skid_full <= 1'b0;
            end else begin
                out_valid <= accept;
                if (accept)
                    out_data <= in_data;
            end
        end else if (accept) begin
            skid_full <= 1'b1;
            skid_data <= in_data;
        end
    end
endmodule
