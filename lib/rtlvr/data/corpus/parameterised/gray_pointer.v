// title: Parameterised Gray code pointer
// category: parameterised
// description: Module gray_pointer with parameter BITS (default 5): clock clk, synchronous active-high reset reset, 1-bit input inc, BITS-bit registered outputs bin and gray. Reset clears both. On an edge with inc 1, bin is incremented modulo 2^BITS and gray is loaded with the Gray code of the new bin value (new XOR new >> 1), so both always correspond. With inc 0 both hold.
// tags: seq, sync_reset, active_high, parameter

module gray_pointer #(
    parameter BITS = 5
) (
    input  wire            clk,
    input  wire            reset,
    input  wire            inc,
    output reg  [BITS-1:0] bin,
    output reg  [BITS-1:0] gray
);
    wire [BITS-1:0] bin_next = bin + 1'b1;

    always @(posedge clk) begin
        if (reset) begin
            bin  <= {BITS{1'b0}};
            gray <= {BITS{1'b0}};
        end else if (inc) begin
            bin  <= bin_next;
            gray <= bin_next ^ (bin_next >> 1);
        end
    end
endmodule
