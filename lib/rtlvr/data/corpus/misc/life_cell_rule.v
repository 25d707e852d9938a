// title: Game of Life cell rule
// category: misc
// description: Combinational module life_cell_rule with 1-bit input alive and 8-bit input neighbours (one bit per neighbouring cell), 1-bit outputs next_alive, born and died. next_alive is 1 when exactly three neighbours are alive, or exactly two are and alive is 1. born is 1 when alive is 0 and next_alive is 1; died is 1 when alive is 1 and next_alive is 0.
// tags: comb

module life_cell_rule (
    input  wire       alive,
    input  wire [7:0] neighbours,
    output wire       next_alive,
    output wire       born,
    output wire       died
);
    reg [3:0] count;
    integer   i;

    always @(*) begin
        count = 4'd0;
        for (i = 0; i < 8; i = i + 1)
            count = count + {3'b000, neighbours[i]};
    end

    assign next_alive = (count == 4'd3) || (alive && count == 4'd2);
    assign born       = next_alive && !alive;
    assign died       = alive && !next_alive;
endmodule
