// title: I2C start/stop detector and bit collector
// category: protocol
// description: Module i2c_condition_detector: clock clk, synchronous active-low reset reset_n, 1-bit inputs scl and sda (already synchronous), 1-bit registered outputs start_seen, stop_seen, bit_strobe and bit_value, and 1-bit registered output busy. Previous values of scl and sda are stored on every edge (1 after reset). start_seen is 1 for one cycle when scl is 1 now and before and sda fell; stop_seen likewise when sda rose. bit_strobe is 1 for one cycle when scl rose, and bit_value then takes sda (it holds otherwise). busy is set together with start_seen and cleared together with stop_seen. Reset clears all outputs.
// tags: seq, sync_reset, active_low

module i2c_condition_detector (
    input  wire clk,
    input  wire reset_n,
    input  wire scl,
    input  wire sda,
    output reg  start_seen,
    output reg  stop_seen,
    output reg  bit_strobe,
    output reg  bit_value,
    output reg  busy
);
    reg scl_q, sda_q;

    wire scl_high = scl & scl_q;
    wire start    = scl_high & sda_q & ~sda;
    wire stop     = scl_high & ~sda_q & sda;
    wire scl_rose = scl & ~scl_q;

    always @(posedge clk) begin
        if (!reset_n) begin
            scl_q      <= 1'b1;
            sda_q      <= 1'b1;
            start_seen <= 1'b0;
            stop_seen  <= 1'b0;
            bit_strobe <= 1'b0;
            bit_value  <= 1'b0;
            busy       <= 1'b0;
        end else begin
            scl_q      <= scl;
            sda_q      <= sda;
            start_seen <= start;
            stop_seen  <= stop;
            bit_strobe <= scl_rose;
            if (scl_rose)
                bit_value <= sda;
            if (start)
                busy <= 1'b1;
            else if (stop)
                busy <= 1'b0;
        end
    end
endmodule
