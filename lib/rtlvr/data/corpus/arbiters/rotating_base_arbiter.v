// title: Priority arbiter with programmable base
// category: arbiters
// description: Combinational module rotating_base_arbiter with 8-bit input req, 3-bit input base, 3-bit output index and 1-bit output valid. The requests are searched starting at position base, then upwards, wrapping from 7 to 0; index is the position of the first 1 found and valid is 1. With no requests index and valid are 0.
// tags: comb

module rotating_base_arbiter (
    input  wire [7:0] req,
    input  wire [2:0] base,
    output reg  [2:0] index,
    output wire       valid
);
    wire [15:0] doubled = {req, req} >> base;
    integer     i;

    always @(*) begin
        index = 3'd0;
        for (i = 7; i >= 0; i = i - 1)
            if (doubled[i])
                index = base + i[2:0];
    end

    assign valid = |req;
endmodule
