// title: Greatest common divisor by subtraction
// category: arithmetic
// description: Module gcd_engine: clock clk, synchronous active-high reset reset, 1-bit input load, 4-bit unsigned inputs a and b, 4-bit output gcd and 1-bit output valid. Registers x and y are cleared by reset and loaded with a and b when load is 1 (load restarts at any time). Otherwise on each edge, when x and y are both nonzero and differ, the smaller is subtracted from the larger. valid is combinational: 1 when x equals y or either is zero; gcd is x OR y (bitwise) when valid, else 0, so gcd(n,0)=n and gcd(0,0)=0.
// tags: seq, sync_reset, active_high

module gcd_engine (
    input  wire       clk,
    input  wire       reset,
    input  wire       load,
    input  wire [3:0] a,
    input  wire [3:0] b,
    output wire [3:0] gcd,
    output wire       valid
);
    reg [3:0] x;
    reg [3:0] y;

    assign valid = (x == y) || (x == 4'd0) || (y == 4'd0);
    assign gcd   = valid ? (x | y) : 4'd0;

    always @(posedge clk) begin
        if (reset) begin
            x <= 4'd0;
            y <= 4'd0;
        end else if (load) begin
            x <= a;
            y <= b;
        end else if (!valid) begin
            if (x > y)
                x <= x - y;
            else
                y <= y - x;
        end
    end
endmodule
