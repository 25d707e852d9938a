//# top normalise
//# inputs clk rst x:12 bias:5 en
//# outputs mantissa:8 exponent:5 zero under sticky
//# golden
module normalise(input logic clk, rst, input logic [11:0] x, input logic [4:0] bias, input logic en,
                 output logic [7:0] mantissa, output logic [4:0] exponent, output logic zero, under, sticky);
  typedef struct packed {logic [7:0] m; logic [4:0] e; logic zero, under, sticky;} result_t;
  function automatic int leading(input logic [11:0] v);
    leading = 0;
    for (int i = $high(v); i >= 0; i--) begin
      if (v[i]) break;
      leading++;
    end
  endfunction
  result_t r, q;
  always_comb begin
    automatic int n = leading(x);
    automatic logic [11:0] s = x << n;
    r = '{default: '0};
    r.zero = x == '0;
    if (!r.zero) begin
      r.m = s[11-:8];
      r.sticky = |s[3:0];
      r.under = n > int'(bias);
      r.e = r.under ? '0 : 5'(bias - n);
    end
  end
  always_ff @(posedge clk)
    if (rst) q <= '{zero: 1'b1, default: '0};
    else if (en) q <= r;
  assign {mantissa, exponent, zero, under, sticky} = q;
endmodule
//# right plain Verilog
module normalise(input clk, input rst, input [11:0] x, input [4:0] bias, input en, output reg [7:0] mantissa,
                 output reg [4:0] exponent, output reg zero, output reg under, output reg sticky);
  wire a8 = ~|x[11:4];
  wire [11:0] s8 = a8 ? {x[3:0], 8'd0} : x;
  wire a4 = ~|s8[11:8];
  wire [11:0] s4 = a4 ? {s8[7:0], 4'd0} : s8;
  wire a2 = ~|s4[11:10];
  wire [11:0] s2 = a2 ? {s4[9:0], 2'd0} : s4;
  wire a1 = ~s2[11];
  wire [11:0] s1 = a1 ? {s2[10:0], 1'b0} : s2;
  wire none = ~s1[11];
  wire [5:0] e = {1'b0, bias} - {2'b00, a8, a4, a2, a1};
  always @(posedge clk)
    if (rst) begin {mantissa, exponent, under, sticky} <= 15'd0; zero <= 1'b1; end
    else if (en) begin
      mantissa <= s1[11:4];
      exponent <= (none | e[5]) ? 5'd0 : e[4:0];
      zero <= none;
      under <= e[5] & ~none;
      sticky <= |s1[3:0];
    end
endmodule
//# wrong break left out @golden
-      if (v[i]) break;
-      leading++;
+      if (!v[i]) leading++;
//# wrong counts from the lowest place @golden
-for (int i = $high(v); i >= 0; i--)
+for (int i = 0; i <= $high(v); i++)
//# wrong equal is underflow @golden
-r.under = n > int'(bias);
+r.under = n >= int'(bias);
//# wrong sticky one bit short @golden
-r.sticky = |s[3:0];
+r.sticky = |s[2:0];
//# wrong zero at reset @golden
-q <= '{zero: 1'b1, default: '0};
+q <= '{default: '0};
//# wrong zero counts as underflow @plain Verilog
-e[5] & ~none;
+e[5] | none;
