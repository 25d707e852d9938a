// title: Parity sender and checker in loop
// category: hierarchical
// description: Module parity_serial_link: clock clk, synchronous active-low reset rst_n, 1-bit inputs din and corrupt, 1-bit output line, 1-bit registered output err and 2-bit output slot. slot is a 2-bit counter incremented on every edge, cleared by reset. In slots 0, 1, 2 the sender puts din on line; in slot 3 it puts the even parity of the three data bits sent in slots 0 to 2. The receiver sees line XOR corrupt; at the edge ending slot 3 err becomes 1 if the four bits received in slots 0 to 3 have odd parity, else 0; err holds otherwise. line is combinational. Reset clears all registers.
// tags: seq, sync_reset, active_low, hierarchy

module psl_sender (
    input  wire       clk,
    input  wire       rst_n,
    input  wire [1:0] slot,
    input  wire       din,
    output wire       line
);
    reg parity;

    assign line = (slot == 2'd3) ? parity : din;

    always @(posedge clk)
        if (!rst_n)
            parity <= 1'b0;
        else
            parity <= (slot == 2'd3) ? 1'b0 : parity ^ din;
endmodule

module psl_receiver (
    input  wire       clk,
    input  wire       rst_n,
    input  wire [1:0] slot,
    input  wire       rx,
    output reg        err
);
    reg parity;

    always @(posedge clk)
        if (!rst_n) begin
            parity <= 1'b0;
            err    <= 1'b0;
        end else if (slot == 2'd3) begin
            parity <= 1'b0;
            err    <= parity ^ rx;
        end else
            parity <= parity ^ rx;
endmodule

module parity_serial_link (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       din,
    input  wire       corrupt,
    output wire       line,
    output wire       err,
    output reg  [1:0] slot
);
    always @(posedge clk)
        if (!rst_n)
            slot <= 2'd0;
        else
            slot <= slot + 2'd1;

    psl_sender   u_tx (.clk(clk), .rst_n(rst_n), .slot(slot), .din(din), .line(line));
    psl_receiver u_rx (.clk(clk), .rst_n(rst_n), .slot(slot), .rx(line ^ corrupt), .err(err));
endmodule
