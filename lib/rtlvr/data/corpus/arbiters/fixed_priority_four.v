// title: Fixed-priority arbiter
// category: arbiters
// description: Combinational module fixed_priority_four with 4-bit inputs req and mask, 4-bit one-hot output grant and 1-bit output any. Requests whose mask bit is 1 are ignored. grant has a 1 only at the lowest-numbered remaining request, and is 0 when there is none; any is 1 when grant is nonzero.
// tags: comb

module fixed_priority_four (
    input  wire [3:0] req,
    input  wire [3:0] mask,
    output reg  [3:0] grant,
    output wire       any
);
    wire [3:0] live = req & ~mask;

    always @(*) begin
        casez (live)
            4'b???1: grant = 4'b0001;
            4'b??10: grant = 4'b0010;
            4'b?100: grant = 4'b0100;
            4'b1000: grant = 4'b1000;
            default: grant = 4'b0000;
        endcase
    end

    assign any = |grant;
endmodule
