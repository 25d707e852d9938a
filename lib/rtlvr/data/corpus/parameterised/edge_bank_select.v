// title: Edge detector bank with selectable edge
// category: parameterised
// description: Module edge_bank_select with parameters N (default 4) and KIND (default 2): clock clk, asynchronous active-low reset areset_n, N-bit input in and N-bit registered output hit. At each edge, hit[k] becomes 1 when in[k] changed since the previous edge in the direction chosen by KIND: 0 rising only, 1 falling only, any other value either direction; otherwise 0. Reset clears hit and the stored previous inputs.
// tags: seq, async_reset, active_low, parameter, generate

module edge_bank_select #(
    parameter N    = 4,
    parameter KIND = 2
) (
    input  wire         clk,
    input  wire         areset_n,
    input  wire [N-1:0] in,
    output reg  [N-1:0] hit
);
    reg  [N-1:0] in_q;
    wire [N-1:0] change;

    generate
        if (KIND == 0) begin : g_rise
            assign change = in & ~in_q;
        end else if (KIND == 1) begin : g_fall
            assign change = ~in & in_q;
        end else begin : g_both
            assign change = in ^ in_q;
        end
    endgenerate

    always @(posedge clk or negedge areset_n) begin
        if (!areset_n) begin
            in_q <= {N{1'b0}};
            hit  <= {N{1'b0}};
        end else begin
            in_q <= in;
            hit  <= change;
        end
    end
endmodule
