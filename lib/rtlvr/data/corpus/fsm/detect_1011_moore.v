// title: Overlapping 1011 detector, Moore style
// category: fsm
// description: Module detect_1011_moore: clock clk, asynchronous active-high reset areset, 1-bit input din, 1-bit output found. It watches din on every rising edge and found is 1 for one cycle after the edge that samples the last bit of the sequence 1,0,1,1. Sequences may overlap (the final 1 may start the next match). Reset returns to the start state with found 0.
// tags: seq, async_reset, active_high

module detect_1011_moore (
    input  wire clk,
    input  wire areset,
    input  wire din,
    output wire found
);
    localparam S_NONE = 3'd0,
               S_1    = 3'd1,
               S_10   = 3'd2,
               S_101  = 3'd3,
               S_1011 = 3'd4;

    reg [2:0] state, state_next;

    always @(posedge clk or posedge areset)
        if (areset)
            state <= S_NONE;
        else
            state <= state_next;

    always @(*) begin
        case (state)
            S_NONE:  state_next = din ? S_1    : S_NONE;
            S_1:     state_next = din ? S_1    : S_10;
            S_10:    state_next = din ? S_101  : S_NONE;
            S_101:   state_next = din ? S_1011 : S_10;
            S_1011:  state_next = din ? S_1    : S_10;
            default: state_next = S_NONE;
        endcase
    end

    assign found = (state == S_1011);
endmodule
