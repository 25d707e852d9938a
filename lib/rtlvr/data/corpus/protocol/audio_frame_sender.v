// title: Stereo serial audio sender on the falling edge
// category: protocol
// description: Module audio_frame_sender: bit clock clk used on its falling edge, asynchronous active-high reset rst, 4-bit inputs left and right, 1-bit outputs sd and ws, 1-bit output take. A 3-bit slot counter (0 after reset) increments modulo 8 on each falling edge. At a falling edge where slot is 7 an 8-bit shift register takes {left, right}; at every other falling edge it shifts left with 0 entering; reset clears it. sd is bit 7 of the shift register; ws is bit 2 of slot (0 for the left half); take is 1 while slot is 7.
// tags: seq, async_reset, active_high, negedge

module audio_frame_sender (
    input  wire       clk,
    input  wire       rst,
    input  wire [3:0] left,
    input  wire [3:0] right,
    output wire       sd,
    output wire       ws,
    output wire       take
);
    reg [2:0] slot;
    reg [7:0] frame;

    always @(negedge clk or posedge rst) begin
        if (rst) begin
            slot  <= 3'd0;
            frame <= 8'd0;
        end else begin
            slot  <= slot + 3'd1;
            frame <= take ? {left, right} : {frame[6:0], 1'b0};
        end
    end

    assign sd   = frame[7];
    assign ws   = slot[2];
    assign take = &slot;
endmodule
