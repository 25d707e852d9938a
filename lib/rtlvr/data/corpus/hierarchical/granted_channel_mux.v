// title: Arbiter driving a data multiplexer
// category: hierarchical
// description: Module granted_channel_mux: clock clk, asynchronous active-low reset arst_n, 2-bit input req, 4-bit inputs d0 and d1, 1-bit registered output valid, 4-bit registered output data and 1-bit output turn. turn is a register (cleared by reset) naming the favoured channel. At each edge channel c is chosen: the favoured one if it requests, else the other if it requests. If a channel was chosen, valid becomes 1, data takes its input and turn becomes the other channel (not c); if none, valid becomes 0 and data and turn hold. Reset clears valid and data.
// tags: seq, async_reset, active_low, hierarchy

module gcm_arbiter (
    input  wire       clk,
    input  wire       arst_n,
    input  wire [1:0] req,
    output wire       any,
    output wire       choice,
    output reg        turn
);
    assign any    = |req;
    assign choice = req[turn] ? turn : ~turn;

    always @(posedge clk or negedge arst_n)
        if (!arst_n)
            turn <= 1'b0;
        else if (any)
            turn <= ~choice;
endmodule

module gcm_output_reg (
    input  wire       clk,
    input  wire       arst_n,
    input  wire       load,
    input  wire [3:0] d,
    output reg        valid,
    output reg  [3:0] q
);
    always @(posedge clk or negedge arst_n)
        if (!arst_n) begin
            valid <= 1'b0;
            q     <= 4'd0;
        end else begin
            valid <= load;
            if (load)
                q <= d;
        end
endmodule

module granted_channel_mux (
    input  wire       clk,
    input  wire       arst_n,
    input  wire [1:0] req,
    input  wire [3:0] d0,
    input  wire [3:0] d1,
    output wire       valid,
    output wire [3:0] data,
    output wire       turn
);
    wire any, choice;

    gcm_arbiter    u_arb (.clk(clk), .arst_n(arst_n), .req(req),
                          .any(any), .choice(choice), .turn(turn));
    gcm_output_reg u_out (.clk(clk), .arst_n(arst_n), .load(any),
                          .d(choice ? d1 : d0), .valid(valid), .q(data));
endmodule
