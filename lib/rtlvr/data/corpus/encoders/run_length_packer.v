// title: Run-length encoder for a bit stream
// category: encoders
// description: Module run_length_packer: clock clk, synchronous active-low reset rst_n, 1-bit inputs valid and din, 1-bit registered outputs out_valid and out_bit, 3-bit registered output out_len. Bits arrive on edges with valid 1. A run is a sequence of equal consecutive bits. When an accepted bit differs from the current run's bit, or the current run already has 7 bits, the current run is emitted: out_valid is 1 for the next cycle with out_bit the run's bit and out_len its length, and the new bit starts a run of length 1; otherwise the run length increases. out_valid is 0 in other cycles, while out_bit and out_len hold. Reset clears the outputs and the current run (length 0); the first accepted bit after reset starts a run without emitting.
// tags: seq, sync_reset, active_low

module run_length_packer (
    input  logic       clk,
    input  logic       rst_n,
    input  logic       valid,
    input  logic       din,
    output logic       out_valid,
    output logic       out_bit,
    output logic [2:0] out_len
);
    logic       run_bit;
    logic [2:0] run_len;

    wire finish = (run_len != 3'd0) && (din != run_bit || run_len == 3'd7);

    always_ff @(posedge clk) begin
        if (!rst_n) begin
            out_valid <= 1'b0;
            out_bit   <= 1'b0;
            out_len   <= 3'd0;
            run_bit   <= 1'b0;
            run_len   <= 3'd0;
        end else begin
            out_valid <= 1'b0;
            if (valid) begin
                run_bit <= din;
                if (finish) begin
                    out_valid <= 1'b1;
                    out_bit   <= run_bit;
                    out_len   <= run_len;
                    run_len   <= 3'd1;
                end else
                    run_len <= run_len + 3'd1;
            end
        end
    end
endmodule
