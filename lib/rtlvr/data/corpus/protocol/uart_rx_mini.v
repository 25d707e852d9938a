// title: UART receiver, 6 data bits, 3 clocks per bit
// category: protocol
// description: Module uart_rx_mini: clock clk, synchronous active-high reset reset, 1-bit input rx (already synchronous), 6-bit registered output data, 1-bit registered outputs valid and frame_error. Each bit lasts three clock cycles. When idle, an edge with rx 0 starts reception; that edge is edge 0 of the start bit. The start bit is checked at edge 1: if rx is then 1, reception is abandoned. Data bits, lowest first, are sampled at edges 4, 7, 10, 13, 16, 19 and the stop bit at edge 22, after which the receiver is idle. At edge 22 valid becomes 1 for one cycle and data takes the received bits if rx is 1; frame_error becomes 1 for one cycle if rx is 0, data then holding. Both flags are 0 otherwise. Reset clears the outputs and returns to idle.
// tags: seq, sync_reset, active_high

module uart_rx_mini (
    input  wire       clk,
    input  wire       reset,
    input  wire       rx,
    output reg  [5:0] data,
    output reg        valid,
    output reg        frame_error
);
    reg       active;
    reg [1:0] phase;     // position inside the bit: 0 is the first cycle
    reg [2:0] bit_no;    // 0 start, 1..6 data, 7 stop
    reg [5:0] shifter;

    always @(posedge clk) begin
        if (reset) begin
            active      <= 1'b0;
            phase       <= 2'd0;
            bit_no      <= 3'd0;
            shifter     <= 6'd0;
            data        <= 6'd0;
            valid       <= 1'b0;
            frame_error <= 1'b0;
        end else begin
            valid       <= 1'b0;
            frame_error <= 1'b0;
            if (!active) begin
                if (!rx) begin
                    active <= 1'b1;
                    phase  <= 2'd1;
                    bit_no <= 3'd0;
                end
            end else begin
                phase <= (phase == 2'd2) ? 2'd0 : phase + 2'd1;
                if (phase == 2'd2)
                    bit_no <= bit_no + 3'd1;
                if (phase == 2'd1) begin
                    case (bit_no)
                        3'd0: if (rx) active <= 1'b0;
                        3'd7: begin
                            active      <= 1'b0;
                            valid       <= rx;
                            frame_error <= !rx;
                            if (rx)
                                data <= shifter;
                        end
                        default: shifter <= {rx, shifter[5:1]};
                    endcase
                end
            end
        end
    end
endmodule
