//# top config_regs
//# inputs clk rst_n write:1 addr:2 wdata:16 strobe:2 event_i:3
//# outputs rdata:16 irq speed:3 mode:2
//# golden
package cfg_pkg;
  typedef enum logic [1:0] {M_OFF, M_SLOW, M_FAST, M_TEST} mode_t;
  typedef struct packed {logic [7:0] reserved; logic [2:0] speed; logic enable; mode_t mode; logic [1:0] spare;} ctrl_t;
  localparam ctrl_t CTRL_RESET = '{mode: M_SLOW, speed: 3'd5, default: '0};
  localparam ctrl_t CTRL_MASK = ctrl_t'(16'h00fc);
endpackage
module config_regs import cfg_pkg::*; (input logic clk, rst_n, write, input logic [1:0] addr, input logic [15:0] wdata,
    input logic [1:0] strobe, input logic [2:0] event_i, output logic [15:0] rdata, output logic irq,
    output logic [2:0] speed, output mode_t mode);
  ctrl_t ctrl;
  logic [2:0] status, enable;
  logic [15:0] bits;
  always_comb foreach (bits[i]) bits[i] = strobe[i / 8];
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin ctrl <= CTRL_RESET; status <= '0; enable <= '0; end
    else begin
      status <= status | event_i;
      if (write) unique case (addr)
        2'd0: ctrl <= ((wdata & bits) | (ctrl & ~bits)) & CTRL_MASK;
        2'd1: status <= (status & ~3'(wdata & bits)) | event_i;
        2'd2: if (strobe[0]) enable <= wdata[2:0];
        2'd3: ;
      endcase
    end
  always_comb
    case (addr)
      0: rdata = ctrl;
      1: rdata = 16'(status);
      2: rdata = {13'd0, enable};
      default: rdata = 16'hc0de;
    endcase
  assign irq = |(status & enable) && ctrl.enable, speed = ctrl.speed, mode = ctrl.mode;
endmodule
//# right plain Verilog
module config_regs(input clk, input rst_n, input write, input [1:0] addr, input [15:0] wdata, input [1:0] strobe,
                   input [2:0] event_i, output reg [15:0] rdata, output irq, output [2:0] speed, output [1:0] mode);
  reg [5:0] c;
  reg [2:0] s, e;
  wire w = write & strobe[0];
  wire [2:0] clear = {3{w & (addr == 2'd1)}} & wdata[2:0];
  assign speed = c[5:3], mode = c[1:0], irq = c[2] & ((s[0] & e[0]) | (s[1] & e[1]) | (s[2] & e[2]));
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin c <= 6'b101_0_01; s <= 3'd0; e <= 3'd0; end
    else begin
      s <= (s & ~clear) | event_i;
      if (w && addr == 0) c <= wdata[7:2];
      if (w && addr == 2) e <= wdata[2:0];
    end
  always @* begin
    rdata = 16'd0;
    case (addr)
      2'b00: rdata[7:2] = c;
      2'b01: rdata[2:0] = s;
      2'b10: rdata[2:0] = e;
      2'b11: rdata = 16'b1100_0000_1101_1110;
    endcase
  end
endmodule
//# wrong mode at reset @golden
-mode: M_SLOW, speed
+mode: M_OFF, speed
//# wrong an event at the clearing is lost @golden
-(status & ~3'(wdata & bits)) | event_i;
+(status | event_i) & ~3'(wdata & bits);
//# wrong reserved bits can be written @golden
-ctrl_t'(16'h00fc);
+ctrl_t'(16'hfffc);
//# wrong strobes swapped @golden
-bits[i] = strobe[i / 8];
+bits[i] = strobe[1 - i / 8];
//# wrong interrupt without the enable @golden
- && ctrl.enable,
+,
//# wrong fields in another order @golden
-logic [2:0] speed; logic enable; mode_t mode; logic [1:0] spare;
+mode_t mode; logic [2:0] speed; logic enable; logic [1:0] spare;
