//# top interface_bus
//# inputs clk rst_n req we addr:3 wdata:8
//# outputs ready rdata:8
//# golden
interface bus_if (input logic clk);
  logic req, we, ready;
  logic [2:0] addr;
  logic [7:0] wdata, rdata;
  modport master (output req, we, addr, wdata, input ready, rdata);
  modport slave (input clk, req, we, addr, wdata, output ready, rdata);
endinterface
module bus_memory (bus_if.slave bus, input logic rst_n);
  logic [7:0] store [8];
  logic [1:0] waiting;
  assign bus.ready = waiting == 2'd2;
  always_ff @(posedge bus.clk or negedge rst_n)
    if (!rst_n) begin
      waiting <= '0;
      bus.rdata <= '0;
      store <= '{default: '0};
    end else begin
      waiting <= bus.ready || !bus.req ? 2'd0 : waiting + 2'd1;
      if (bus.req && waiting == 2'd1) begin
        if (bus.we) store[bus.addr] <= bus.wdata;
        bus.rdata <= bus.we ? bus.wdata : store[bus.addr];
      end
    end
endmodule
module bus_master (bus_if.master bus, input logic req, we, input logic [2:0] addr, input logic [7:0] wdata,
                   output logic ready, output logic [7:0] rdata);
  assign bus.req = req, bus.we = we, bus.addr = addr, bus.wdata = wdata;
  assign ready = bus.ready, rdata = bus.rdata;
endmodule
module interface_bus(input logic clk, rst_n, req, we, input logic [2:0] addr, input logic [7:0] wdata,
                     output logic ready, output logic [7:0] rdata);
  bus_if bus(.clk);
  bus_memory memory(.bus(bus), .rst_n);
  bus_master master(.bus(bus), .*);
endmodule
//# right plain Verilog
module interface_bus(input clk, input rst_n, input req, input we, input [2:0] addr, input [7:0] wdata,
                     output ready, output reg [7:0] rdata);
  reg [63:0] all;
  reg [1:0] n;
  wire act = req & (n == 2'b01);
  wire [7:0] at = all >> {addr, 3'b000};
  assign ready = n[1] & ~n[0];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 0; rdata <= 0; all <= 0; end
    else begin
      if (!req || n == 2'd2) n <= 2'd0; else n <= n + 2'd1;
      if (act) rdata <= we ? wdata : at;
      if (act & we) all[8*addr +: 8] <= wdata;
    end
endmodule
//# right states and named bytes
module interface_bus(input clk, input rst_n, input req, input we, input [2:0] addr, input [7:0] wdata,
                     output reg ready, output reg [7:0] rdata);
  reg [7:0] store [0:7];
  reg second;
  integer i;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      second <= 0; ready <= 0; rdata <= 0;
      for (i = 0; i < 8; i = i + 1) store[i] <= 0;
    end else begin
      second <= req & ~second & ~ready;
      ready <= req & second;
      if (req && second) begin
        if (we) begin store[addr] <= wdata; rdata <= wdata; end
        else rdata <= store[addr];
      end
    end
endmodule
//# wrong ready one cycle early @golden
-  assign bus.ready = waiting == 2'd2;
+  assign bus.ready = waiting == 2'd1;
//# wrong a write gives the old word @golden
-bus.we ? bus.wdata : store[bus.addr];
+store[bus.addr];
//# wrong a request taken back goes on @golden
-bus.ready || !bus.req ? 2'd0
+bus.ready || (!bus.req && waiting == 0) ? 2'd0
//# wrong address one bit short @golden
-  logic [2:0] addr;
-  logic [7:0] wdata, rdata;
+  logic [1:0] addr;
+  logic [7:0] wdata, rdata;
//# wrong write without a request @states and named bytes
-      if (req && second) begin
+      if (second) begin
