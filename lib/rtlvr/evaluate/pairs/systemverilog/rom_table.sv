//# top rom_table
//# inputs clk index:4 mirror
//# outputs value:8 running:8
//# golden
module rom_table(input logic clk, input logic [3:0] index, input logic mirror, output logic [7:0] value, running);
  localparam logic [7:0] TABLE [16] = '{0: 8'd3, 1: 8'd12, 5: 8'hf0, 7: 8'd128, 14: 8'h55, 15: 8'haa, default: 8'd9};
  localparam int N = $size(TABLE);
  function automatic logic [7:0] total(input int upto);
    int i = 0;
    total = '0;
    do begin
      total += TABLE[i];
      i++;
    end while (i <= upto && i < N);
  endfunction
  always_ff @(posedge clk) begin
    value <= TABLE[mirror ? 4'(N - 1) - index : index];
    running <= total(int'(index));
  end
endmodule
//# right plain Verilog
module rom_table(input clk, input [3:0] index, input mirror, output reg [7:0] value, output reg [7:0] running);
  wire [3:0] at = index ^ {4{mirror}};
  always @(posedge clk) begin
    case (at)
      4'd0: value <= 8'd3;
      4'd1: value <= 8'd12;
      4'd5: value <= 8'hf0;
      4'd7: value <= 8'd128;
      4'd14: value <= 8'h55;
      4'd15: value <= 8'haa;
      default: value <= 8'd9;
    endcase
    case (index)
      0: running <= 3;
      1: running <= 15;
      2: running <= 24;
      3: running <= 33;
      4: running <= 42;
      5: running <= 26;
      6: running <= 35;
      7: running <= 163;
      8: running <= 172;
      9: running <= 181;
      10: running <= 190;
      11: running <= 199;
      12: running <= 208;
      13: running <= 217;
      14: running <= 46;
      15: running <= 216;
    endcase
  end
endmodule
//# wrong table not read from the other end @golden
-4'(N - 1) - index
+4'(N) - index
//# wrong sum up to the place before @golden
-while (i <= upto && i < N)
+while (i < upto && i < N)
//# wrong one entry in decimal @golden
-14: 8'h55
+14: 8'd55
//# wrong default zero @golden
-default: 8'd9
+default: '0
//# wrong one sum @plain Verilog
-      14: running <= 46;
+      14: running <= 302 - 8'd1;
//# stimulus
every(32); every(32);
