//# top case_inside
//# inputs address:12
//# outputs select:4 hit offset:8
//# golden
module case_inside(input logic [11:0] address, output logic [3:0] select, output logic hit, output logic [7:0] offset);
  always_comb begin
    select = 4'd0;
    case (address) inside
      [12'h000:12'h0ff]: select = 4'd1;
      [12'h100:12'h13f], 12'h1fe: select = 4'd2;
      12'b0010_????_0000: select = 4'd3;
      [12'h300:12'h3ff], [12'h500:12'h57f]: select = 4'd4;
      12'hf??: select = 4'd9;
      default: select = 4'd0;
    endcase
    hit = select != 0;
    offset = address inside {[12'h500:12'h5ff], 12'h1fe} ? 8'hff : address[7:0];
  end
endmodule
//# right plain Verilog
module case_inside(input [11:0] address, output [3:0] select, output hit, output [7:0] offset);
  wire [3:0] page = address[11:8];
  wire s1 = page == 4'h0;
  wire s2 = (page == 4'h1) & ((address[7:6] == 2'b00) | (address[7:0] == 8'hfe));
  wire s3 = (page == 4'h2) & (address[3:0] == 4'h0);
  wire s4 = (page == 4'h3) | ((page == 4'h5) & ~address[7]);
  wire s9 = &page;
  assign select = {s9, s4, s2 | s3, s1 | s3 | s9};
  assign hit = s1 | s2 | s3 | s4 | s9;
  assign offset = (page == 4'h5 || address == 12'h1fe) ? 8'hff : address[7:0];
endmodule
//# right comparisons in order
module case_inside(input [11:0] address, output reg [3:0] select, output reg hit, output reg [7:0] offset);
  always @* begin
    hit = 1;
    offset = address[7:0];
    if (address < 12'h100) select = 1;
    else if (address < 12'h140 || address == 12'd510) select = 2;
    else if (address[11:8] == 2 && address[3:0] == 0) select = 3;
    else if (address >= 12'h300 && address < 12'h400) select = 4;
    else if (address >= 12'h500 && address <= 12'h57f) select = 4;
    else if (address >= 12'hf00) select = 9;
    else begin select = 0; hit = 0; end
    if (address[11:8] == 5) offset = 255;
    if (select == 2 && address[7:6] == 3) offset = 255;
  end
endmodule
//# wrong range one too long @golden
-[12'h500:12'h57f]
+[12'h500:12'h580]
//# wrong single address missing @golden
-[12'h100:12'h13f], 12'h1fe: select
+[12'h100:12'h13f]: select
//# wrong wildcard at the other end @golden
-12'b0010_????_0000
+12'b0010_0000_????
//# wrong a hit without a selection @comparisons in order
-else begin select = 0; hit = 0; end
+else select = 0;
//# wrong offset of one page only half @golden
-[12'h500:12'h5ff]
+[12'h500:12'h57f]
//# stimulus
every(4096);
