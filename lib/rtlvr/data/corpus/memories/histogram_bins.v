// title: Eight-bin histogram memory
// category: memories
// description: Module histogram_bins: clock clk, synchronous active-high reset clear, 1-bit input sample_valid, 3-bit inputs sample and view, 5-bit output tally and 5-bit output total. Eight 5-bit bins, all cleared by clear. On a rising edge with sample_valid 1 the bin numbered sample is incremented, saturating at 31. tally shows the bin numbered view combinationally; total is a register counting the accepted samples modulo 32 (also cleared by clear).
// tags: seq, sync_reset, active_high

module histogram_bins (
    input  wire       clk,
    input  wire       clear,
    input  wire       sample_valid,
    input  wire [2:0] sample,
    input  wire [2:0] view,
    output wire [4:0] tally,
    output reg  [4:0] total
);
    reg  [39:0] tallies;
    wire [4:0]  current = tallies[5*sample +: 5];

    always @(posedge clk) begin
        if (clear) begin
            tallies  <= 40'd0;
            total <= 5'd0;
        end else if (sample_valid) begin
            total <= total + 5'd1;
            if (current != 5'd31)
                tallies[5*sample +: 5] <= current + 5'd1;
        end
    end

    assign tally = tallies[5*view +: 5];
endmodule
