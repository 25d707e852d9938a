// title: PWM with double-buffered duty
// category: edge_pulse
// description: Module pwm_double_buffered: clock clk, synchronous active-high reset reset, 1-bit input load, 3-bit input duty_in, 1-bit combinational output pwm and 1-bit combinational output period_end. A 3-bit counter increments on each edge modulo 8. On an edge with load 1 duty_in is stored in a pending register. On an edge where the counter is 7 the active duty register takes the pending register's old value. pwm is 1 when the counter is less than the active duty; period_end is 1 when the counter is 7. Reset clears the counter and both registers.
// tags: seq, sync_reset, active_high

module pwm_double_buffered (
    input  wire       clk,
    input  wire       reset,
    input  wire       load,
    input  wire [2:0] duty_in,
    output wire       pwm,
    output wire       period_end
);
    reg [2:0] count, pending, active;

    assign period_end = (count == 3'd7);
    assign pwm        = (count < active);

    always @(posedge clk) begin
        if (reset) begin
            count   <= 3'd0;
            pending <= 3'd0;
            active  <= 3'd0;
        end else begin
            count <= count + 3'd1;
            if (load)
                pending <= duty_in;
            if (period_end)
                active <= pending;
        end
    end
endmodule
