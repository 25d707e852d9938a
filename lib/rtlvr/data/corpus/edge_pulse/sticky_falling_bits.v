// title: Sticky falling edge capture with clear mask
// category: edge_pulse
// description: Module sticky_falling_bits: clock clk, synchronous active-low reset resetn, 8-bit inputs pins and clear_mask, 8-bit registered output caught and 1-bit output irq. Reset sets caught to 0 and the stored previous pins to all ones. At each other edge, a bit of caught is set when that pin was 1 at the previous edge and is 0 now; otherwise it is cleared when its clear_mask bit is 1; otherwise it holds (setting beats clearing). irq is the OR of all caught bits.
// tags: seq, sync_reset, active_low

module sticky_falling_bits (
    input  wire       clk,
    input  wire       resetn,
    input  wire [7:0] pins,
    input  wire [7:0] clear_mask,
    output reg  [7:0] caught,
    output wire       irq
);
    reg [7:0] pins_q;

    always @(posedge clk) begin
        if (!resetn) begin
            pins_q <= 8'hFF;
            caught <= 8'h00;
        end else begin
            pins_q <= pins;
            caught <= (caught & ~clear_mask) | (pins_q & ~pins);
        end
    end

    assign irq = |caught;
endmodule
