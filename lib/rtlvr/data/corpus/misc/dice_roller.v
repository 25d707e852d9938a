// title: Electronic dice
// category: misc
// description: Module dice_roller: clock clk, asynchronous active-high reset areset, 1-bit input roll, 3-bit registered output face and 7-bit combinational output dots. While roll is 1, each edge advances face 1,2,3,4,5,6,1,...; while roll is 0 it holds. Reset sets face to 1. dots drives a dice picture: dots[0] (centre) is lit for odd faces; dots[1] and dots[2] (one diagonal) for faces above 1; dots[3] and dots[4] (other diagonal) for faces above 3; dots[5] and dots[6] (middle sides) for face 6.
// tags: seq, async_reset, active_high

module dice_roller (
    input  logic       clk,
    input  logic       areset,
    input  logic       roll,
    output logic [2:0] face,
    output logic [6:0] dots
);
    always_ff @(posedge clk or posedge areset) begin
        if (areset)
            face <= 3'd1;
        else if (roll)
            face <= (face == 3'd6) ? 3'd1 : face + 3'd1;
    end

    assign dots = { {2{face == 3'd6}}, {2{face > 3'd3}}, {2{face > 3'd1}}, face[0] };
endmodule
