//# top priority_if
//# inputs clk rst_n irq:6 mask:6 ack
//# outputs cause:3 pending lost
//# golden
module priority_if(input logic clk, rst_n, input logic [5:0] irq, mask, input logic ack,
                   output logic [2:0] cause, output logic pending, lost);
  typedef enum logic [2:0] {NONE = 3'd7, C0 = 3'd0, C1, C2, C3, C4, C5} cause_e;
  logic [5:0] waiting = '0, active, served;
  logic lost_q = 1'b0;
  cause_e now;
  assign active = waiting & ~mask;
  always_comb begin
    now = NONE;
    served = '0;
    priority if (active[5]) begin now = C5; served[5] = 1'b1; end
    else if (active[0]) begin now = C0; served[0] = 1'b1; end
    else if (active[1]) begin now = C1; served[1] = 1'b1; end
    else begin
      for (int i = 4; i >= 2; i--)
        if (active[i]) begin now = cause_e'(3'(i)); served[i] = 1'b1; break; end
    end
  end
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin waiting <= '0; lost_q <= 1'b0; end
    else begin
      waiting <= (waiting & ~(ack ? served : '0)) | irq;
      lost_q <= |(waiting & irq & ~(ack ? served : '0));
    end
  assign cause = now, lost = lost_q;
  assign pending = now inside {[C0:C5]};
endmodule
//# right plain Verilog
module priority_if(input clk, input rst_n, input [5:0] irq, input [5:0] mask, input ack, output [2:0] cause,
                   output pending, output reg lost);
  reg [5:0] w;
  initial {lost, w} = 7'd0;
  wire [5:0] a = w & ~mask;
  assign cause = a[5] ? 3'd5 : a[0] ? 3'd0 : a[1] ? 3'd1 : a[4] ? 3'd4 : a[3] ? 3'd3 : a[2] ? 3'd2 : 3'd7;
  assign pending = |a;
  wire [5:0] left = w & ~({5'd0, ack & pending} << cause);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {lost, w} <= 7'd0;
    else {lost, w} <= {|(left & irq), left | irq};
endmodule
//# right casez
module priority_if(input clk, input rst_n, input [5:0] irq, input [5:0] mask, input ack, output reg [2:0] cause,
                   output reg pending, output reg lost);
  reg [5:0] held, taken;
  integer i;
  initial begin held = 0; lost = 0; end
  always @* begin
    pending = 1;
    taken = 6'b000000;
    casez (held & ~mask)
      6'b1?????: cause = 5;
      6'b0????1: cause = 0;
      6'b0???10: cause = 1;
      6'b01??00: cause = 4;
      6'b001?00: cause = 3;
      6'b000100: cause = 2;
      default: begin cause = 7; pending = 0; end
    endcase
    if (pending & ack) taken[cause] = 1;
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin held <= 0; lost <= 0; end
    else begin
      lost <= 0;
      for (i = 0; i < 6; i = i + 1)
        if (irq[i]) begin
          held[i] <= 1;
          if (held[i] & ~taken[i]) lost <= 1;
        end else if (taken[i]) held[i] <= 0;
    end
endmodule
//# wrong break left out @golden
-served[i] = 1'b1; break; end
+served[i] = 1'b1; end
//# wrong an interrupt acknowledged and raised at once is lost @golden
-(waiting & ~(ack ? served : '0)) | irq;
+(waiting | irq) & ~(ack ? served : '0);
//# wrong lowest first among the middle ones @golden
-for (int i = 4; i >= 2; i--)
+for (int i = 2; i <= 4; i++)
//# wrong range without the last @golden
-inside {[C0:C5]}
+inside {[C0:C4]}
//# wrong masked interrupts are not kept @golden
-: '0)) | irq;
+: '0)) | (irq & ~mask);
//# wrong zero before five @casez
-      6'b1?????: cause = 5;
-      6'b0????1: cause = 0;
+      6'b?????1: cause = 0;
+      6'b1????0: cause = 5;
