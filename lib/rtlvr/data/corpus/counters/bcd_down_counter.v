// title: Two-digit BCD down counter
// category: counters
// description: Module bcd_down_counter: clock clk, synchronous active-low reset rst_n, 1-bit inputs load and tick, 8-bit input preset (two BCD digits, assumed valid), 8-bit registered output bcd and 1-bit combinational output zero. rst_n low sets bcd to 8'h99. Otherwise load copies preset into bcd; else when tick is 1 and bcd is not 8'h00 it is decremented by one in BCD (8'h10 becomes 8'h09). At 8'h00 it stays. zero is 1 when bcd is 8'h00.
// tags: seq, sync_reset, active_low

module bcd_down_counter (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       load,
    input  wire       tick,
    input  wire [7:0] preset,
    output reg  [7:0] bcd,
    output wire       zero
);
    assign zero = (bcd == 8'h00);

    always @(posedge clk) begin
        if (!rst_n)
            bcd <= 8'h99;
        else if (load)
            bcd <= preset;
        else if (tick && !zero) begin
            if (bcd[3:0] == 4'd0)
                bcd <= {bcd[7:4] - 4'd1, 4'd9};
            else
                bcd[3:0] <= bcd[3:0] - 4'd1;
        end
    end
endmodule
