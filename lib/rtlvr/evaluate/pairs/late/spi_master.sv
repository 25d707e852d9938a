//# top spi_master
//# inputs clk rst_n start miso data:16
//# outputs sclk mosi cs_n busy word:16
//# params HALF=10 | HALF=200 | HALF=2500
//# golden
module spi_master(input clk, input rst_n, input start, input miso, input [15:0] data, output reg sclk, output mosi,
                  output reg cs_n, output busy, output reg [15:0] word);
  reg [11:0] n;
  reg [4:0] left;
  reg [15:0] shift;
  reg sampled;
  assign mosi = shift[15];
  assign busy = !cs_n;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin n <= 0; left <= 0; shift <= 0; sampled <= 0; sclk <= 0; cs_n <= 1; word <= 0; end
    else if (cs_n) begin
      if (start) begin cs_n <= 0; shift <= data; left <= 16; n <= 0; end
    end else if (n != ${HALF - 1}) n <= n + 1;
    else begin
      n <= 0;
      if (left == 0) begin cs_n <= 1; word <= shift; end
      else begin
        sclk <= ~sclk;
        if (!sclk) sampled <= miso;
        else begin shift <= {shift[14:0], sampled}; left <= left - 1; end
      end
    end
endmodule
//# right half clocks counted
module spi_master(input clk, input rst_n, input start, input miso, input [15:0] data, output sclk, output mosi,
                  output cs_n, output busy, output [15:0] word);
  reg [5:0] phase;
  reg run;
  reg [11:0] down;
  reg [16:0] sr;
  reg [15:0] got;
  wire t = run && down == 0;
  assign sclk = phase[0];
  assign mosi = sr[16];
  assign {cs_n, busy} = {~run, run};
  assign word = got;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin phase <= 0; run <= 0; down <= 0; sr <= 0; got <= 0; end
    else begin
      down <= (t || !run) ? ${HALF - 1} : down - 1;
      if (!run) begin
        if (start) begin run <= 1; sr <= {data, 1'b0}; end
      end else if (t) begin
        if (phase == 32) begin phase <= 0; run <= 0; got <= sr[16:1]; end
        else begin
          phase <= phase + 1;
          if (phase[0]) sr <= {sr[15:0], 1'b0};
          else sr[0] <= miso;
        end
      end
    end
endmodule
//# wrong fifteen bits @golden
-shift <= data; left <= 16;
+shift <= data; left <= data[15:8] == 8'ha5 ? 15 : 16;
//# wrong chip select released without the last half clock @golden
-        else begin shift <= {shift[14:0], sampled}; left <= left - 1; end
+        else begin
+          shift <= {shift[14:0], sampled}; left <= left - 1;
+          if (left == 1) begin cs_n <= 1; word <= {shift[14:0], sampled}; end
+        end
//# wrong input taken at the falling edge @half clocks counted
-          if (phase[0]) sr <= {sr[15:0], 1'b0};
+          if (phase[0]) sr <= {sr[15:1], phase > 29 ? miso : sr[0], 1'b0};
//# wrong last bit not in the word @half clocks counted
-got <= sr[16:1];
+got <= {sr[16:2], sr[0]};
//# wrong first half clock short the second time @golden
-      if (start) begin cs_n <= 0; shift <= data; left <= 16; n <= 0; end
+      if (start) begin cs_n <= 0; shift <= data; left <= 16; n <= word != 0; end
//# stimulus
data = 16'ha53c; start = 1; tick(1); start = 0;
for (inner = 0; inner < 34; inner = inner + 1) begin miso = 16'h7b39 >> (inner / 2); tick(${HALF // 2}); miso = inner; tick(${HALF - HALF // 2}); end
tick(9); data = 16'h1771; start = 1; tick(1); start = 0; miso = 1; tick(${34 * HALF});
