// title: Serial command shifter on the falling edge
// category: shift_registers
// description: Module negedge_command_latch: clock clk used on its falling edge, asynchronous active-low reset arst_n, 1-bit inputs frame and sdi, 4-bit registered output command and 1-bit registered output strobe. While frame is 1, each falling edge shifts sdi into the low end of an internal 4-bit register (most significant bit first). At a falling edge with frame 0 directly following one with frame 1, command takes the shift register's value and strobe becomes 1; at every other falling edge strobe becomes 0. Reset clears command, strobe, the shift register and the memory of frame.
// tags: seq, async_reset, active_low, negedge

module negedge_command_latch (
    input  wire       clk,
    input  wire       arst_n,
    input  wire       frame,
    input  wire       sdi,
    output reg  [3:0] command,
    output reg        strobe
);
    reg [3:0] shifter;
    reg       frame_was;

    always @(negedge clk or negedge arst_n) begin
        if (!arst_n) begin
            shifter   <= 4'd0;
            frame_was <= 1'b0;
            command   <= 4'd0;
            strobe    <= 1'b0;
        end else begin
            frame_was <= frame;
            strobe    <= 1'b0;
            if (frame)
                shifter <= {shifter[2:0], sdi};
            else if (frame_was) begin
                command <= shifter;
                strobe  <= 1'b1;
            end
        end
    end
endmodule
