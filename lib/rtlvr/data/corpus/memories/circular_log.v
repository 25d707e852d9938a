// title: Circular log of recent samples
// category: memories
// description: Module circular_log: clock clk, asynchronous active-low reset reset_n, 1-bit input log, 4-bit input sample, 3-bit input age, 4-bit output entry and 1-bit output present. The eight most recent samples are kept. On a rising edge with log 1 the sample is stored as the newest. entry shows combinationally the sample logged age places before the newest (age 0 is the newest) and present is 1 when at least age+1 samples have been logged since reset; entry is 0 when present is 0. Reset empties the log.
// tags: seq, async_reset, active_low, memory

module circular_log (
    input  wire       clk,
    input  wire       reset_n,
    input  wire       log,
    input  wire [3:0] sample,
    input  wire [2:0] age,
    output wire [3:0] entry,
    output wire       present
);
    reg [3:0] ring [0:7];
    reg [2:0] head;      // slot of the next write
    reg [3:0] filled;    // saturates at 8

    wire [2:0] slot = head - 3'd1 - age;

    always @(posedge clk)
        if (log)
            ring[head] <= sample;

    always @(posedge clk or negedge reset_n) begin
        if (!reset_n) begin
            head   <= 3'd0;
            filled <= 4'd0;
        end else if (log) begin
            head <= head + 3'd1;
            if (!filled[3])
                filled <= filled + 4'd1;
        end
    end

    assign present = ({1'b0, age} < filled);
    assign entry   = present ? ring[slot] : 4'd0;
endmodule
