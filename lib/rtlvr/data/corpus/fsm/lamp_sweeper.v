// title: Back-and-forth lamp scanner
// category: fsm
// description: Module lamp_sweeper: clock clk, asynchronous active-low reset reset_n, 1-bit input pause, 5-bit registered output lamps (one-hot). Reset lights lamp 0 with direction up. On each rising edge with pause 0 the lit lamp moves one place in the current direction; upon reaching lamp 4 the direction becomes down and upon reaching lamp 0 it becomes up, so the end lamps stay lit for one step only. With pause 1 nothing changes.
// tags: seq, async_reset, active_low

module lamp_sweeper (
    input  wire       clk,
    input  wire       reset_n,
    input  wire       pause,
    output reg  [4:0] lamps
);
    reg down;

    always @(posedge clk or negedge reset_n) begin
        if (!reset_n) begin
            lamps <= 5'b00001;
            down  <= 1'b0;
        end else if (!pause) begin
            if (down) begin
                lamps <= lamps >> 1;
                if (lamps[1])
                    down <= 1'b0;
            end else begin
                lamps <= lamps << 1;
                if (lamps[3])
                    down <= 1'b1;
            end
        end
    end
endmodule
