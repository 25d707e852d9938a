// title: APB slave with two GPIO registers
// category: protocol
// description: Module apb_gpio_slave: clock pclk, asynchronous active-low reset presetn, inputs psel, penable, pwrite, paddr (2 bits), pwdata (8 bits), gpio_in (8 bits), outputs prdata (8 bits), pready, pslverr, gpio_out (8 bits), gpio_dir (8 bits). An access phase is psel AND penable; pready is always 1. A write access at an edge to address 0 stores pwdata in gpio_out and to address 1 in gpio_dir. prdata is combinational: address 0 gives gpio_out, 1 gives gpio_dir, 2 gives gpio_in with the bits whose gpio_dir is 1 replaced by gpio_out, 3 gives 0; it does not depend on psel. pslverr is combinational and 1 during an access phase to address 3, or a write access to address 2. Reset clears gpio_out and gpio_dir.
// tags: seq, async_reset, active_low

module apb_gpio_slave (
    input  wire       pclk,
    input  wire       presetn,
    input  wire       psel,
    input  wire       penable,
    input  wire       pwrite,
    input  wire [1:0] paddr,
    input  wire [7:0] pwdata,
    output reg  [7:0] prdata,
    output wire       pready,
    output wire       pslverr,
    input  wire [7:0] gpio_in,
    output reg  [7:0] gpio_out,
    output reg  [7:0] gpio_dir
);
    wire access = psel && penable;

    assign pready  = 1'b1;
    assign pslverr = access && paddr[1] && (paddr[0] || pwrite);

    always @(posedge pclk or negedge presetn) begin
        if (!presetn) begin
            gpio_out <= 8'd0;
            gpio_dir <= 8'd0;
        end else if (access && pwrite) begin
            case (paddr)
                2'd0: gpio_out <= pwdata;
                2'd1: gpio_dir <= pwdata;
                default: ;
            endcase
        end
    end

    always @(*)
        case (paddr)
            2'd0:    prdata = gpio_out;
            2'd1:    prdata = gpio_dir;
            2'd2:    prdata = (gpio_in & ~gpio_dir) | (gpio_out & gpio_dir);
            default: prdata = 8'd0;
        endcase
endmodule
