// title: Four-bit Gray code counter
// category: counters
// description: Module gray_counter_four: clock clk, asynchronous active-high reset arst, 1-bit input en and 4-bit output gray. An internal 4-bit binary counter, cleared by arst, increments modulo 16 on each rising edge with en 1; gray is the reflected Gray code of that counter (binary XOR binary shifted right by one), available combinationally from the register.
// tags: seq, async_reset, active_high

module gray_counter_four (
    input  wire       clk,
    input  wire       arst,
    input  wire       en,
    output wire [3:0] gray
);
    reg [3:0] binary;

    always @(posedge clk or posedge arst) begin
        if (arst)
            binary <= 4'd0;
        else if (en)
            binary <= binary + 4'd1;
    end

    assign gray = binary ^ (binary >> 1);
endmodule
