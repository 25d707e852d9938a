// title: Counter with parameterised modulus
// category: parameterised
// description: Module modulo_counter with parameter MODULUS (default 11, at least 2); local width W = ceil(log2(MODULUS)), 4 by default. Clock clk, asynchronous active-low reset rst_n, 1-bit inputs en and up, W-bit registered output count, 1-bit combinational output wrap. Reset sets count to 0. On an edge with en 1, count steps up (MODULUS-1 goes to 0) when up is 1 and down (0 goes to MODULUS-1) when up is 0. wrap is 1 when en is 1 and this edge will wrap.
// tags: seq, async_reset, active_low, parameter

module modulo_counter #(
    parameter MODULUS = 11
) (
    input  logic                       clk,
    input  logic                       rst_n,
    input  logic                       en,
    input  logic                       up,
    output logic [$clog2(MODULUS)-1:0] count,
    output logic                       wrap
);
    wire at_top    = (count == MODULUS - 1);
    wire at_bottom = (count == 0);

    assign wrap = en && (up ? at_top : at_bottom);

    always_ff @(posedge clk or negedge rst_n) begin
        if (!rst_n)
            count <= 0;
        else if (en) begin
            if (up)
                count <= at_top ? 0 : count + 1'b1;
            else
                count <= at_bottom ? MODULUS - 1 : count - 1'b1;
        end
    end
endmodule
