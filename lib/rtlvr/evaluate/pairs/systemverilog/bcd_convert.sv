//# top bcd_convert
//# inputs value:9 blank
//# outputs digits:12 segments:7
//# golden
module bcd_convert(input logic [8:0] value, input logic blank, output logic [2:0][3:0] digits, output logic [6:0] segments);
  localparam logic [0:9][6:0] SEG = '{7'h3f, 7'h06, 7'h5b, 7'h4f, 7'h66, 7'h6d, 7'h7d, 7'h07, 7'h7f, 7'h6f};
  function automatic logic [11:0] double_dabble(input logic [8:0] v);
    logic [2:0][3:0] d = '0;
    for (int i = $left(v); i >= 0; i--) begin
      foreach (d[j]) if (d[j] >= 5) d[j] += 4'd3;
      d = {d, v[i]};
    end
    return d;
  endfunction
  always_comb begin
    digits = double_dabble(value);
    segments = SEG[digits[0]];
    if (blank) begin
      for (int j = 2; j > 0; j--) begin
        if (digits[j] != 0) break;
        digits[j] = 4'hf;
      end
    end
  end
endmodule
//# right plain Verilog
module bcd_convert(input [8:0] value, input blank, output [11:0] digits, output reg [6:0] segments);
  wire [8:0] hundreds = value / 100, tens = (value / 10) % 10, ones = value % 10;
  wire no_hundreds = blank & (hundreds == 0);
  wire no_tens = no_hundreds & (tens == 0);
  assign digits = {hundreds[3:0] | {4{no_hundreds}}, tens[3:0] | {4{no_tens}}, ones[3:0]};
  always @*
    case (ones)
      0: segments = 7'b0111111;
      1: segments = 7'b0000110;
      2: segments = 7'b1011011;
      3: segments = 7'b1001111;
      4: segments = 7'b1100110;
      5: segments = 7'b1101101;
      6: segments = 7'b1111101;
      7: segments = 7'b0000111;
      8: segments = 7'b1111111;
      default: segments = 7'b1101111;
    endcase
endmodule
//# right subtract and compare
module bcd_convert(input [8:0] value, input blank, output reg [11:0] digits, output [6:0] segments);
  reg [8:0] rest;
  integer i;
  always @* begin
    rest = value;
    digits = 0;
    for (i = 0; i < 5; i = i + 1) if (rest >= 100) begin rest = rest - 100; digits[11:8] = digits[11:8] + 1; end
    for (i = 0; i < 9; i = i + 1) if (rest >= 10) begin rest = rest - 10; digits[7:4] = digits[7:4] + 1; end
    digits[3:0] = rest[3:0];
    if (blank && value < 100) digits[11:8] = 15;
    if (blank && value < 10) digits[7:4] = 15;
  end
  wire [6:0] t = rest[3:0] == 1 ? 7'h79 : rest[3:0] == 2 ? 7'h24 : rest[3:0] == 3 ? 7'h30 : rest[3:0] == 4 ? 7'h19 :
                 rest[3:0] == 5 ? 7'h12 : rest[3:0] == 6 ? 7'h02 : rest[3:0] == 7 ? 7'h78 : rest[3:0] == 8 ? 7'h00 :
                 rest[3:0] == 9 ? 7'h10 : 7'h40;
  assign segments = ~t;
endmodule
//# wrong adds three from six on @golden
-d[j] >= 5)
+d[j] > 5)
//# wrong break left out @golden
-        if (digits[j] != 0) break;
-        digits[j] = 4'hf;
+        if (digits[j] == 0) digits[j] = 4'hf;
//# wrong last digit blanked too @golden
-j > 0; j--)
+j >= 0; j--)
//# wrong table in the other direction @golden
-localparam logic [0:9][6:0] SEG
+localparam logic [9:0][6:0] SEG
//# wrong hundreds to four @subtract and compare
-i < 5; i
+i < 4; i
//# wrong segment of six @plain Verilog
-7'b1111101;
+7'b1111100;
//# stimulus
every(1024);
