// title: Collatz sequence stepper
// category: misc
// description: Module collatz_stepper: clock clk, synchronous active-high reset reset, 1-bit input load, 4-bit input seed, 8-bit registered output value, 5-bit registered output steps, 1-bit output finished. Reset sets value to 1 and steps to 0. load sets value to seed (a seed of 0 is replaced by 1) and steps to 0. Otherwise, while value is not 1, each edge replaces value by value/2 if even or 3*value+1 if odd (the low 8 bits) and increments steps modulo 32. finished is 1 when value is 1.
// tags: seq, sync_reset, active_high

module collatz_stepper (
    input  wire       clk,
    input  wire       reset,
    input  wire       load,
    input  wire [3:0] seed,
    output reg  [7:0] value,
    output reg  [4:0] steps,
    output wire       finished
);
    assign finished = (value == 8'd1);

    always @(posedge clk) begin
        if (reset) begin
            value <= 8'd1;
            steps <= 5'd0;
        end else if (load) begin
            value <= (seed == 4'd0) ? 8'd1 : {4'd0, seed};
            steps <= 5'd0;
        end else if (!finished) begin
            value <= value[0] ? (value << 1) + value + 8'd1 : value >> 1;
            steps <= steps + 5'd1;
        end
    end
endmodule
