// title: Command register and status across two clocks
// category: misc
// description: Module dual_clock_status_box: clocks clk_sys and clk_io with synchronous active-high resets rst_sys and rst_io respectively, 1-bit input set_flag and clr_flag (clk_sys side), 1-bit input ready_pin (clk_io side), 1-bit outputs flag, flag_io and ready_sys. flag is a clk_sys register: set_flag sets it, otherwise clr_flag clears it. flag_io is flag passed through two flip-flops on clk_io. A clk_io register stores ready_pin on every clk_io edge, and ready_sys is that register passed through two flip-flops on clk_sys. Each reset clears all the registers of its clock.
// tags: seq, sync_reset, active_high, multi_clock

module dual_clock_status_box (
    input  wire clk_sys,
    input  wire rst_sys,
    input  wire set_flag,
    input  wire clr_flag,
    output reg  flag,
    output wire ready_sys,
    input  wire clk_io,
    input  wire rst_io,
    input  wire ready_pin,
    output wire flag_io
);
    reg [1:0] ready_sync, flag_sync;
    reg       ready_reg;

    assign ready_sys = ready_sync[1];
    assign flag_io   = flag_sync[1];

    always @(posedge clk_sys) begin
        if (rst_sys) begin
            flag       <= 1'b0;
            ready_sync <= 2'b00;
        end else begin
            ready_sync <= {ready_sync[0], ready_reg};
            if (set_flag)
                flag <= 1'b1;
            else if (clr_flag)
                flag <= 1'b0;
        end
    end

    always @(posedge clk_io) begin
        if (rst_io) begin
            ready_reg <= 1'b0;
            flag_sync <= 2'b00;
        end else begin
            ready_reg <= ready_pin;
            flag_sync <= {flag_sync[0], flag};
        end
    end
endmodule
