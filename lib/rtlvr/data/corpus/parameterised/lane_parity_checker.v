// title: Per-lane parity checker with error count
// category: parameterised
// description: Module lane_parity_checker with parameters LANES (default 4) and W (default 4): clock clk, asynchronous active-high reset rst, 1-bit input valid, input data of LANES*W bits, LANES-bit input parity, LANES-bit combinational output bad and 4-bit registered output errors. bad[k] is 1 when the XOR of data[k*W +: W] differs from parity[k] (even parity). On an edge with valid 1 and any bad bit 1, errors increases by one, saturating at 15. Reset clears errors.
// tags: seq, async_reset, active_high, parameter, generate

module lane_parity_checker #(
    parameter LANES = 4,
    parameter W     = 4
) (
    input  wire               clk,
    input  wire               rst,
    input  wire               valid,
    input  wire [LANES*W-1:0] data,
    input  wire [LANES-1:0]   parity,
    output wire [LANES-1:0]   bad,
    output reg  [3:0]         errors
);
    genvar k;
    generate
        for (k = 0; k < LANES; k = k + 1) begin : lane
            assign bad[k] = (^data[k*W +: W]) ^ parity[k];
        end
    endgenerate

    always @(posedge clk or posedge rst) begin
        if (rst)
            errors <= 4'd0;
        else if (valid && (|bad) && errors != 4'd15)
            errors <= errors + 4'd1;
    end
endmodule
