//# top video_timing
//# inputs clk rst_n
//# outputs hsync vsync active x:11 y:10
//# params HA=40 HF=3 HS=5 HB=4 VA=20 VF=2 VS=2 VB=3 | HA=320 HF=8 HS=32 HB=40 VA=200 VF=5 VS=6 VB=11 | HA=640 HF=16 HS=96 HB=48 VA=480 VF=10 VS=2 VB=33
//# golden
module video_timing(input clk, input rst_n, output hsync, output vsync, output active, output [10:0] x, output [9:0] y);
  reg [10:0] h;
  reg [9:0] v;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin h <= 0; v <= 0; end
    else if (h == ${HA + HF + HS + HB - 1}) begin
      h <= 0;
      v <= (v == ${VA + VF + VS + VB - 1}) ? 0 : v + 1;
    end else h <= h + 1;
  assign hsync = ~(h >= ${HA + HF} && h < ${HA + HF + HS});
  assign vsync = ~(v >= ${VA + VF} && v < ${VA + VF + VS});
  assign active = h < ${HA} && v < ${VA};
  assign x = active ? h : 0;
  assign y = active ? v : 0;
endmodule
//# right phases instead of comparisons
module video_timing(input clk, input rst_n, output hsync, output vsync, output active, output [10:0] x, output [9:0] y);
  reg [1:0] hp, vp;
  reg [10:0] hl, px;
  reg [9:0] vl, py;
  function [10:0] hlen(input [1:0] p);
    case (p)
      0: hlen = ${HA - 1};
      1: hlen = ${HF - 1};
      2: hlen = ${HS - 1};
      default: hlen = ${HB - 1};
    endcase
  endfunction
  function [9:0] vlen(input [1:0] p);
    case (p)
      0: vlen = ${VA - 1};
      1: vlen = ${VF - 1};
      2: vlen = ${VS - 1};
      default: vlen = ${VB - 1};
    endcase
  endfunction
  wire [1:0] hn = hp + 2'd1, vn = vp + 2'd1;
  wire line = hp == 3 && hl == 0;
  assign active = hp == 0 && vp == 0;
  assign hsync = hp != 2, vsync = vp != 2;
  assign x = active ? px : 11'd0;
  assign y = active ? py : 10'd0;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin hp <= 0; vp <= 0; hl <= ${HA - 1}; vl <= ${VA - 1}; px <= 0; py <= 0; end
    else begin
      px <= line ? 11'd0 : px + 11'd1;
      if (hl == 0) begin hp <= hn; hl <= hlen(hn); end else hl <= hl - 11'd1;
      if (line) begin
        py <= (vp == 3 && vl == 0) ? 10'd0 : py + 10'd1;
        if (vl == 0) begin vp <= vn; vl <= vlen(vn); end else vl <= vl - 10'd1;
      end
    end
endmodule
//# right registered decodes
module video_timing(input clk, input rst_n, output reg hsync, output reg vsync, output active,
                    output [10:0] x, output [9:0] y);
  reg [10:0] col;
  reg [9:0] row;
  reg across, down;
  wire wrap = col == 11'd${HA + HF + HS + HB - 1};
  wire [10:0] col_next = wrap ? 11'd0 : col + 11'd1;
  wire [9:0] row_next = !wrap ? row : row == 10'd${VA + VF + VS + VB - 1} ? 10'd0 : row + 10'd1;
  assign active = across & down;
  assign x = {11{active}} & col;
  assign y = {10{active}} & row;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin
      col <= 0; row <= 0; hsync <= 1; vsync <= 1; across <= 1; down <= 1;
    end else begin
      col <= col_next;
      row <= row_next;
      across <= col_next < ${HA};
      down <= row_next < ${VA};
      if (col_next == ${HA + HF}) hsync <= 0; else if (col_next == ${HA + HF + HS}) hsync <= 1;
      if (row_next == ${VA + VF}) vsync <= 0; else if (row_next == ${VA + VF + VS}) vsync <= 1;
    end
endmodule
//# wrong vertical sync a line short @golden
-v < ${VA + VF + VS});
+v < ${VA + VF + VS - 1});
//# wrong frame a line long @golden
-v == ${VA + VF + VS + VB - 1}
+v == ${VA + VF + VS + VB}
//# wrong vertical sync changes with horizontal sync @registered decodes
-row_next == ${VA + VF + VS}) vsync
+row == ${VA + VF + VS} && col_next == ${HA + HF}) vsync
//# wrong one visible line too many @registered decodes
-row_next < ${VA}
+row_next <= ${VA}
//# wrong front porch and back porch swapped @phases instead of comparisons
-      1: vlen = ${VF - 1};
+      1: vlen = ${VB - 1};
-      default: vlen = ${VB - 1};
+      default: vlen = ${VF - 1};
//# stimulus
tick(${(HA + HF + HS + HB) * (VA + VF + VS + VB) + 3 * HA});
