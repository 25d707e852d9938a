// title: Two-stream merger with alternating priority
// category: arbiters
// description: Module stream_merge_two: clock clk, synchronous active-high reset rst, inputs a_valid, a_data (4 bits), b_valid, b_data (4 bits), out_ready, outputs a_ready, b_ready, out_valid, out_data (4 bits) and out_from_b. Purely combinational data path: out_valid is a_valid OR b_valid; stream b is selected when b_valid is 1 and either a_valid is 0 or the turn register is 1, otherwise a is selected; out_data is the selected stream's data and out_from_b tells that b is selected. The selected stream's ready equals out_ready when that stream is valid; every other ready is 0. On an edge with out_valid and out_ready 1, turn becomes 1 if a was transferred and 0 if b was. Reset sets turn to 0.
// tags: seq, sync_reset, active_high

module stream_merge_two (
    input  wire       clk,
    input  wire       rst,
    input  wire       a_valid,
    input  wire [3:0] a_data,
    output wire       a_ready,
    input  wire       b_valid,
    input  wire [3:0] b_data,
    output wire       b_ready,
    output wire       out_valid,
    output wire [3:0] out_data,
    output wire       out_from_b,
    input  wire       out_ready
);
    reg turn_b;

    assign out_from_b = b_valid && (!a_valid || turn_b);
    assign out_valid  = a_valid || b_valid;
    assign out_data   = out_from_b ? b_data : a_data;
    assign a_ready    = out_ready && a_valid && !out_from_b;
    assign b_ready    = out_ready && out_from_b;

    always @(posedge clk)
        if (rst)
            turn_b <= 1'b0;
        else if (out_valid && out_ready)
            turn_b <= !out_from_b;
endmodule
