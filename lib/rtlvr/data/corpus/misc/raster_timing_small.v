// title: Small raster scan timing generator
// category: misc
// description: Module raster_timing_small with parameters H_ACTIVE (default 6), H_TOTAL (default 9), V_ACTIVE (default 4), V_TOTAL (default 6), H_TOTAL at most 16, V_TOTAL at most 8: clock clk, asynchronous active-low reset rst_n, 1-bit input pixel_en, 4-bit registered output x, 3-bit registered output y, 1-bit outputs active, hsync and vsync. On edges with pixel_en 1, x counts 0 to H_TOTAL-1 and wraps; when x wraps y advances, from V_TOTAL-1 back to 0. active is 1 when x < H_ACTIVE and y < V_ACTIVE; hsync is 1 when x equals H_ACTIVE + 1; vsync is 1 when y equals V_ACTIVE. Reset clears x and y.
// tags: seq, async_reset, active_low, parameter

module raster_timing_small #(
    parameter H_ACTIVE = 6,
    parameter H_TOTAL  = 9,
    parameter V_ACTIVE = 4,
    parameter V_TOTAL  = 6
) (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       pixel_en,
    output reg  [3:0] x,
    output reg  [2:0] y,
    output wire       active,
    output wire       hsync,
    output wire       vsync
);
    wire end_of_line  = (x == H_TOTAL - 1);
    wire end_of_frame = (y == V_TOTAL - 1);

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            x <= 4'd0;
            y <= 3'd0;
        end else if (pixel_en) begin
            x <= end_of_line ? 4'd0 : x + 4'd1;
            if (end_of_line)
                y <= end_of_frame ? 3'd0 : y + 3'd1;
        end
    end

    assign active = (x < H_ACTIVE) && (y < V_ACTIVE);
    assign hsync  = (x == H_ACTIVE + 1);
    assign vsync  = (y == V_ACTIVE);
endmodule
