// title: Prescaler, digit counter and display decoder
// category: hierarchical
// description: Module prescaled_digit_display: clock clk, asynchronous active-low reset rst_n, 1-bit input run, 4-bit output digit and 7-bit output seg {g,f,e,d,c,b,a} (active high). A prescaler counts edges with run 1 from 0 to 2 cyclically; on each edge with run 1 and prescaler 2, digit advances 0..9 and wraps to 0. seg is the usual seven-segment code of digit: 3F,06,5B,4F,66,6D,7D,07,7F,6F hexadecimal for 0 to 9. Reset clears the prescaler and digit.
// tags: seq, async_reset, active_low, hierarchy

module pdd_prescaler (
    input  wire clk,
    input  wire rst_n,
    input  wire run,
    output wire tick
);
    reg [1:0] cnt;

    assign tick = run && (cnt == 2'd2);

    always @(posedge clk or negedge rst_n)
        if (!rst_n)
            cnt <= 2'd0;
        else if (run)
            cnt <= tick ? 2'd0 : cnt + 2'd1;
endmodule

module pdd_digit (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       tick,
    output reg  [3:0] digit
);
    always @(posedge clk or negedge rst_n)
        if (!rst_n)
            digit <= 4'd0;
        else if (tick)
            digit <= (digit == 4'd9) ? 4'd0 : digit + 4'd1;
endmodule

module pdd_decoder (
    input  wire [3:0] digit,
    output reg  [6:0] seg
);
    always @(*)
        case (digit)
            4'd0: seg = 7'h3F;
            4'd1: seg = 7'h06;
            4'd2: seg = 7'h5B;
            4'd3: seg = 7'h4F;
            4'd4: seg = 7'h66;
            4'd5: seg = 7'h6D;
            4'd6: seg = 7'h7D;
            4'd7: seg = 7'h07;
            4'd8: seg = 7'h7F;
            4'd9: seg = 7'h6F;
            default: seg = 7'h00;
        endcase
endmodule

module prescaled_digit_display (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       run,
    output wire [3:0] digit,
    output wire [6:0] seg
);
    wire tick;

    pdd_prescaler u_pre (.clk(clk), .rst_n(rst_n), .run(run), .tick(tick));
    pdd_digit     u_dig (.clk(clk), .rst_n(rst_n), .tick(tick), .digit(digit));
    pdd_decoder   u_dec (.digit(digit), .seg(seg));
endmodule
