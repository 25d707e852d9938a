// title: Bus slave with acknowledge and counter
// category: protocol
// description: Module strobe_bus_counter_slave: clock clk, synchronous active-high reset rst, inputs stb, we, adr (1 bit each) and wdata (6 bits), outputs ack (1 bit) and rdata (6 bits), both registered. Internal 6-bit registers count and reload. A cycle is accepted at an edge with stb 1 and ack 0: ack becomes 1 for one cycle (it is 0 after every other edge). An accepted write (we 1) stores wdata in count for adr 0 or in reload for adr 1. An accepted read loads rdata with count (adr 0) or reload (adr 1) as before the edge; rdata otherwise holds. On every edge on which count is not written, count decrements, or takes reload when it is 0. Reset clears all registers.
// tags: seq, sync_reset, active_high

module strobe_bus_counter_slave (
    input  logic       clk,
    input  logic       rst,
    input  logic       stb,
    input  logic       we,
    input  logic       adr,
    input  logic [5:0] wdata,
    output logic       ack,
    output logic [5:0] rdata
);
    logic [5:0] count, reload;

    wire accepted    = stb && !ack;
    wire write_count = accepted && we && !adr;

    always_ff @(posedge clk) begin
        if (rst) begin
            ack    <= 1'b0;
            rdata  <= 6'd0;
            count  <= 6'd0;
            reload <= 6'd0;
        end else begin
            ack <= accepted;

            if (write_count)
                count <= wdata;
            else if (count == 6'd0)
                count <= reload;
            else
                count <= count - 6'd1;

            if (accepted && we && adr)
                reload <= wdata;
            if (accepted && !we)
                rdata <= adr ? reload : count;
        end
    end
endmodule
