// title: Per-bit edge classification
// category: edge_pulse
// description: Module edge_kind_reporter: clock clk, asynchronous active-low reset rst_n, 4-bit input sig, 4-bit combinational outputs rose and fell and 1-bit combinational output changed. A 4-bit register holds sig from the previous rising edge and is cleared by reset. rose has a 1 in each bit where sig is 1 and the register 0, fell where sig is 0 and the register 1; changed is 1 when any bit differs.
// tags: seq, async_reset, active_low

module edge_kind_reporter (
    input  wire       clk,
    input  wire       rst_n,
    input  wire [3:0] sig,
    output wire [3:0] rose,
    output wire [3:0] fell,
    output wire       changed
);
    reg [3:0] before_q;

    always @(posedge clk or negedge rst_n)
        if (!rst_n)
            before_q <= 4'b0000;
        else
            before_q <= sig;

    assign rose    = sig & ~before_q;
    assign fell    = ~sig & before_q;
    assign changed = |(rose | fell);
endmodule
