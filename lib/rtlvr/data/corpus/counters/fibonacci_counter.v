// title: Fibonacci number generator
// category: counters
// description: Module fibonacci_counter: clock clk, asynchronous active-high reset reset, 1-bit input next, 8-bit registered output fib. Reset sets fib to 0 and an internal 8-bit register follow to 1. On a rising edge with next 1, fib takes follow and follow takes fib + follow; but if that 9-bit sum exceeds 255 the pair restarts at fib = 0, follow = 1. With next 0 both hold.
// tags: seq, async_reset, active_high

module fibonacci_counter (
    input  wire       clk,
    input  wire       reset,
    input  wire       next,
    output reg  [7:0] fib
);
    reg  [7:0] follow;
    wire [8:0] sum = {1'b0, fib} + {1'b0, follow};

    always @(posedge clk or posedge reset) begin
        if (reset) begin
            fib    <= 8'd0;
            follow <= 8'd1;
        end else if (next) begin
            if (sum[8]) begin
                fib    <= 8'd0;
                follow <= 8'd1;
            end else begin
                fib    <= follow;
                follow <= sum[7:0];
            end
        end
    end
endmodule
