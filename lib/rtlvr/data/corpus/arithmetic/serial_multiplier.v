// title: Shift-and-add sequential multiplier
// category: arithmetic
// description: Module serial_multiplier: clock clk, asynchronous active-low reset rst_n, 1-bit input start, 4-bit unsigned inputs a and b, 8-bit registered output product, 1-bit registered outputs busy and done. Reset clears product, busy and done. When idle (busy 0) and start is 1 at a clock edge, a and b are captured, product is cleared and busy becomes 1; each of the next four edges handles one bit of b, and at the fourth one product holds a*b, busy falls and done is 1 for exactly one cycle. start is ignored while busy; product holds its value until the next accepted start, and shows intermediate sums while busy.
// tags: seq, async_reset, active_low

module serial_multiplier (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       start,
    input  wire [3:0] a,
    input  wire [3:0] b,
    output reg  [7:0] product,
    output reg        busy,
    output reg        done
);
    reg [7:0] addend;
    reg [3:0] remaining;
    reg [1:0] step;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            product   <= 8'd0;
            addend    <= 8'd0;
            remaining <= 4'd0;
            step      <= 2'd0;
            busy      <= 1'b0;
            done      <= 1'b0;
        end else begin
            done <= 1'b0;
            if (!busy) begin
                if (start) begin
                    product   <= 8'd0;
                    addend    <= {4'd0, a};
                    remaining <= b;
                    step      <= 2'd0;
                    busy      <= 1'b1;
                end
            end else begin
                if (remaining[0])
                    product <= product + addend;
                addend    <= addend << 1;
                remaining <= remaining >> 1;
                step      <= step + 2'd1;
                if (step == 2'd3) begin
                    busy <= 1'b0;
                    done <= 1'b1;
                end
            end
        end
    end
endmodule
