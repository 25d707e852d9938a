// title: Stream join with addition
// category: protocol
// description: Module stream_join_add: clock clk, asynchronous active-low reset arst_n, inputs a_valid, a_data (4 bits), b_valid, b_data (4 bits), out_ready, outputs a_ready, b_ready, out_valid and out_sum (5 bits). Items from a and b are consumed in pairs: both readies are 1 exactly when a_valid and b_valid are 1 and the output register is free (out_valid 0 or out_ready 1). On such an edge out_sum takes a_data + b_data and out_valid becomes 1; otherwise an edge with out_ready 1 makes out_valid 0. out_sum otherwise holds. Reset clears out_valid and out_sum.
// tags: seq, async_reset, active_low

module stream_join_add (
    input  wire       clk,
    input  wire       arst_n,
    input  wire       a_valid,
    input  wire [3:0] a_data,
    output wire       a_ready,
    input  wire       b_valid,
    input  wire [3:0] b_data,
    output wire       b_ready,
    output reg        out_valid,
    output reg  [4:0] out_sum,
    input  wire       out_ready
);
    wire take = a_valid && b_valid && (!out_valid || out_ready);

    assign a_ready = take;
    assign b_ready = take;

    always @(posedge clk or negedge arst_n) begin
        if (!arst_n) begin
            out_valid <= 1'b0;
            out_sum   <= 5'd0;
        end else if (take) begin
            out_valid <= 1'b1;
            out_sum   <= a_data + b_data;
        end else if (out_ready)
            out_valid <= 1'b0;
    end
endmodule
