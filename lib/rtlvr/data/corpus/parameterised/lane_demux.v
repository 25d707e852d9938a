// title: Parameterised demultiplexer with idle value
// category: parameterised
// description: Combinational module lane_demux with parameters WIDTH (default 3), LANES (default 4) and IDLE (default 0): WIDTH-bit input din, 2-bit input lane, 1-bit input en and output dout of LANES*WIDTH bits. Lane k of dout is dout[k*WIDTH +: WIDTH]; it equals din when en is 1 and lane equals k, and otherwise the low WIDTH bits of IDLE. LANES is at most 4.
// tags: comb, parameter, generate

module lane_demux #(
    parameter WIDTH = 3,
    parameter LANES = 4,
    parameter IDLE  = 0
) (
    input  wire [WIDTH-1:0]       din,
    input  wire [1:0]             lane,
    input  wire                   en,
    output wire [LANES*WIDTH-1:0] dout
);
    localparam [WIDTH-1:0] REST = IDLE;

    genvar k;
    generate
        for (k = 0; k < LANES; k = k + 1) begin : out_lane
            assign dout[k*WIDTH +: WIDTH] = (en && lane == k) ? din : REST;
        end
    endgenerate
endmodule
