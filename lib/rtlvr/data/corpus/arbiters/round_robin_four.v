// title: Round-robin arbiter with registered grant
// category: arbiters
// description: Module round_robin_four: clock clk, asynchronous active-low reset rst_n, 4-bit input req, 4-bit registered one-hot output grant. At each rising edge the requests are searched from the one after the last granted index, upwards and wrapping, and grant becomes one-hot at the first one found (0 if req is 0). The last granted index changes only when a grant is given. Reset clears grant and sets the last granted index to 3, so index 0 is searched first.
// tags: seq, async_reset, active_low

module round_robin_four (
    input  wire       clk,
    input  wire       rst_n,
    input  wire [3:0] req,
    output reg  [3:0] grant
);
    reg [1:0] last;
    reg [1:0] pick;
    reg       found;
    integer   k;

    always @(*) begin
        pick  = last;
        found = 1'b0;
        // Farthest candidate first, so that the nearest one overrides it.
        for (k = 4; k >= 1; k = k - 1)
            if (req[(last + k) & 3]) begin
                pick  = (last + k) & 3;
                found = 1'b1;
            end
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            grant <= 4'b0000;
            last  <= 2'd3;
        end else begin
            grant <= found ? (4'b0001 << pick) : 4'b0000;
            last  <= pick;
        end
    end
endmodule
