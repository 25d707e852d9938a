// title: Debouncer by four equal samples
// category: edge_pulse
// description: Module debounce_four_samples without reset: clock clk, 1-bit inputs tick and noisy, 1-bit registered output clean. On rising edges with tick 1 noisy is shifted into a three-bit history; if noisy and all three history bits are 1, clean becomes 1; if noisy and all three history bits are 0, clean becomes 0; otherwise clean holds. With tick 0 nothing changes. The output is defined once four equal samples in a row have been taken.
// tags: seq, no_reset

module debounce_four_samples (
    input  wire clk,
    input  wire tick,
    input  wire noisy,
    output reg  clean
);
    reg [2:0] history;

    wire all_ones  = &{history, noisy};
    wire all_zeros = ~|{history, noisy};

    always @(posedge clk) begin
        if (tick) begin
            history <= {history[1:0], noisy};
            if (all_ones)
                clean <= 1'b1;
            else if (all_zeros)
                clean <= 1'b0;
        end
    end
endmodule
