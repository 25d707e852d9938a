// title: Parameterised register pipeline
// category: parameterised
// description: Module delay_pipeline without reset, with parameters WIDTH (default 3) and STAGES (default 4, at least 2): clock clk, 1-bit input ce, WIDTH-bit input d and WIDTH-bit output q. On each rising edge with ce 1 the data moves one stage along a chain of STAGES registers; q is the last one, so it equals d as of STAGES enabled edges ago. With ce 0 everything holds.
// tags: seq, no_reset, parameter, generate

module delay_pipeline #(
    parameter WIDTH  = 3,
    parameter STAGES = 4
) (
    input  wire             clk,
    input  wire             ce,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    wire [WIDTH*(STAGES+1)-1:0] link;

    assign link[WIDTH-1:0] = d;
    assign q               = link[WIDTH*STAGES +: WIDTH];

    genvar s;
    generate
        for (s = 0; s < STAGES; s = s + 1) begin : stage
            reg [WIDTH-1:0] r;
            always @(posedge clk)
                if (ce)
                    r <= link[WIDTH*s +: WIDTH];
            assign link[WIDTH*(s+1) +: WIDTH] = r;
        end
    endgenerate
endmodule
