// title: Counter crossing clock domains in Gray code
// category: hierarchical
// description: Module gray_counter_crossing: clock clk_a with enable en, clock clk_b, one asynchronous active-high reset rst, 4-bit output count_a and 4-bit output count_b. count_a is a binary counter on clk_a, incremented modulo 16 on edges with en 1; its Gray code is held in a register of clk_a updated together with it. On clk_b that Gray register passes two synchroniser stages, and count_b is the binary decoding (combinational) of the second stage. Reset clears all registers.
// tags: seq, async_reset, active_high, multi_clock, hierarchy

module gcc_source (
    input  wire       clk,
    input  wire       rst,
    input  wire       en,
    output reg  [3:0] bin,
    output reg  [3:0] gray
);
    wire [3:0] bin_next = bin + 4'd1;

    always @(posedge clk or posedge rst)
        if (rst) begin
            bin  <= 4'd0;
            gray <= 4'd0;
        end else if (en) begin
            bin  <= bin_next;
            gray <= bin_next ^ (bin_next >> 1);
        end
endmodule

module gcc_sink (
    input  wire       clk,
    input  wire       rst,
    input  wire [3:0] gray,
    output wire [3:0] bin
);
    reg [3:0] s1, s2;

    always @(posedge clk or posedge rst)
        if (rst) begin
            s1 <= 4'd0;
            s2 <= 4'd0;
        end else begin
            s1 <= gray;
            s2 <= s1;
        end

    assign bin = {s2[3], ^s2[3:2], ^s2[3:1], ^s2[3:0]};
endmodule

module gray_counter_crossing (
    input  wire       clk_a,
    input  wire       clk_b,
    input  wire       rst,
    input  wire       en,
    output wire [3:0] count_a,
    output wire [3:0] count_b
);
    wire [3:0] gray;

    gcc_source u_src (.clk(clk_a), .rst(rst), .en(en), .bin(count_a), .gray(gray));
    gcc_sink   u_dst (.clk(clk_b), .rst(rst), .gray(gray), .bin(count_b));
endmodule
