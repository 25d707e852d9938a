//# top bit_field_edit
//# inputs a:16 b:8 pos:4 len:4 op:2
//# outputs y:16 mask:16 odd
//# golden
module bit_field_edit(input logic [15:0] a, input logic [7:0] b, input logic [3:0] pos, len, input logic [1:0] op,
                      output logic [15:0] y, mask, output logic odd);
  typedef enum logic [1:0] {INSERT, EXTRACT, CLEAR, FLIP} op_t;
  function automatic logic [15:0] ones(input logic [3:0] n);
    logic [15:0] r = '0;
    int i = 0;
    while (i < 16) begin
      if (i == int'(n)) return r;
      r[i++] = 1'b1;
    end
    return r;
  endfunction
  always_comb begin
    mask = ones(len) << pos;
    y = a;
    unique case (op_t'(op))
      INSERT: y = (a & ~mask) | ((16'(b) << pos) & mask);
      EXTRACT: y = (a & mask) >> pos;
      CLEAR: y &= ~mask;
      FLIP: y ^= mask;
    endcase
  end
  assign odd = ^(y & mask) ^~ 1'b0;
endmodule
//# right plain Verilog
module bit_field_edit(input [15:0] a, input [7:0] b, input [3:0] pos, input [3:0] len, input [1:0] op,
                      output reg [15:0] y, output reg [15:0] mask, output odd);
  integer i;
  always @* begin
    y = op == 2'd1 ? 16'd0 : a;
    for (i = 0; i < 16; i = i + 1) begin
      mask[i] = (i >= pos) && (i < pos + len);
      if (mask[i])
        case (op)
          2'd0: y[i] = (i - pos < 8) ? b[(i - pos) & 7] : 1'b0;
          2'd1: y[i - pos] = a[i];
          2'd2: y[i] = 1'b0;
          2'd3: y[i] = ~a[i];
        endcase
    end
  end
  assign odd = ~^(y & mask);
endmodule
//# right masks by subtraction
module bit_field_edit(input [15:0] a, input [7:0] b, input [3:0] pos, input [3:0] len, input [1:0] op,
                      output [15:0] y, output [15:0] mask, output odd);
  wire [15:0] low = (16'd1 << len) - 16'd1;
  wire [15:0] moved = {8'd0, b} << pos;
  assign mask = low << pos;
  assign y = op[1] ? (op[0] ? a ^ mask : a & ~mask) : op[0] ? (a >> pos) & low & (16'hffff >> pos) : a ^ ((a ^ moved) & mask);
  assign odd = !(^(y & mask));
endmodule
//# wrong field one bit longer @golden
-      if (i == int'(n)) return r;
-      r[i++] = 1'b1;
+      r[i++] = 1'b1;
+      if (i > int'(n)) return r;
//# wrong inserted byte not shifted @golden
-((16'(b) << pos) & mask)
+(16'(b) & mask)
//# wrong shift in eight bits @golden
-(16'(b) << pos)
+16'(8'(b << pos))
//# wrong enum order @golden
-{INSERT, EXTRACT, CLEAR, FLIP}
+{INSERT, EXTRACT, FLIP, CLEAR}
//# wrong parity of the other sense @golden
-^~ 1'b0
+^ 1'b0
//# wrong extract keeps what is above @masks by subtraction
-(a >> pos) & low & (16'hffff >> pos)
+(a >> pos) & (low | 16'h8000)
