// title: Controller and datapath summing 1 to n
// category: hierarchical
// description: Module triangular_sum_engine: clock clk, asynchronous active-high reset reset, 1-bit input start, 3-bit input n, 5-bit output total and 1-bit output done. A controller with states IDLE (reset), WORK and FINISH commands a datapath with a 3-bit index and a 5-bit sum (both cleared by reset). In IDLE, start loads the index with n, clears the sum and goes to WORK. In WORK, if the index is nonzero it is added to the sum and decremented; if it is 0 the state goes to FINISH. FINISH lasts one cycle and returns to IDLE. done is 1 in FINISH; total is the sum register (n(n+1)/2 when done).
// tags: seq, async_reset, active_high, hierarchy

module tse_control (
    input  logic clk,
    input  logic reset,
    input  logic start,
    input  logic index_zero,
    output logic load,
    output logic add,
    output logic done
);
    localparam [1:0] IDLE = 2'd0, WORK = 2'd1, FINISH = 2'd2;

    logic [1:0] state;

    always_ff @(posedge clk or posedge reset) begin
        if (reset)
            state <= IDLE;
        else
            case (state)
                IDLE:    if (start) state <= WORK;
                WORK:    if (index_zero) state <= FINISH;
                default: state <= IDLE;
            endcase
    end

    assign load = (state == IDLE) && start;
    assign add  = (state == WORK) && !index_zero;
    assign done = (state == FINISH);
endmodule

module tse_datapath (
    input  logic       clk,
    input  logic       reset,
    input  logic       load,
    input  logic       add,
    input  logic [2:0] n,
    output logic       index_zero,
    output logic [4:0] sum
);
    logic [2:0] index;

    assign index_zero = (index == 3'd0);

    always_ff @(posedge clk or posedge reset) begin
        if (reset) begin
            index <= 3'd0;
            sum   <= 5'd0;
        end else if (load) begin
            index <= n;
            sum   <= 5'd0;
        end else if (add) begin
            index <= index - 3'd1;
            sum   <= sum + {2'b00, index};
        end
    end
endmodule

module triangular_sum_engine (
    input  logic       clk,
    input  logic       reset,
    input  logic       start,
    input  logic [2:0] n,
    output logic [4:0] total,
    output logic       done
);
    wire load, add, index_zero;

    tse_control  u_ctl (.clk(clk), .reset(reset), .start(start),
                        .index_zero(index_zero), .load(load), .add(add), .done(done));
    tse_datapath u_dp  (.clk(clk), .reset(reset), .load(load), .add(add), .n(n),
                        .index_zero(index_zero), .sum(total));
endmodule
