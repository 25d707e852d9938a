// title: Synchroniser, filter and toggle
// category: hierarchical
// description: Module button_toggle_chain: clock clk, asynchronous active-high reset rst, 1-bit input button and 1-bit outputs filtered and lamp. button passes a two-flop synchroniser; its output s is compared with the previous s (stored each edge): on an edge where s and the previous s are equal, filtered takes that value, else it holds. lamp is inverted on each edge where filtered is 1 and was 0 at the previous edge. Reset clears every flip-flop.
// tags: seq, async_reset, active_high, hierarchy

module btc_sync (
    input  wire clk,
    input  wire rst,
    input  wire d,
    output wire q
);
    reg [1:0] ff;

    always @(posedge clk or posedge rst)
        if (rst)
            ff <= 2'b00;
        else
            ff <= {ff[0], d};

    assign q = ff[1];
endmodule

module btc_filter (
    input  wire clk,
    input  wire rst,
    input  wire s,
    output reg  filtered
);
    reg s_last;

    always @(posedge clk or posedge rst)
        if (rst) begin
            s_last   <= 1'b0;
            filtered <= 1'b0;
        end else begin
            s_last <= s;
            if (s == s_last)
                filtered <= s;
        end
endmodule

module btc_toggle (
    input  wire clk,
    input  wire rst,
    input  wire level,
    output reg  lamp
);
    reg level_last;

    always @(posedge clk or posedge rst)
        if (rst) begin
            level_last <= 1'b0;
            lamp       <= 1'b0;
        end else begin
            level_last <= level;
            if (level && !level_last)
                lamp <= ~lamp;
        end
endmodule

module button_toggle_chain (
    input  wire clk,
    input  wire rst,
    input  wire button,
    output wire filtered,
    output wire lamp
);
    wire synced;

    btc_sync   u_sync   (.clk(clk), .rst(rst), .d(button), .q(synced));
    btc_filter u_filter (.clk(clk), .rst(rst), .s(synced), .filtered(filtered));
    btc_toggle u_toggle (.clk(clk), .rst(rst), .level(filtered), .lamp(lamp));
endmodule
