//# top wildcard_match
//# inputs clk rst_n code:8 arm
//# outputs class_o:3 seen:4 alarm
//# golden
module wildcard_match(input logic clk, rst_n, input logic [7:0] code, input logic arm,
                      output logic [2:0] class_o, output logic [3:0] seen, output logic alarm);
  logic [3:0] match;
  always_comb begin
    match[0] = code ==? 8'b1???_0001;
    match[1] = code ==? 8'b01??_??1?;
    match[2] = code ==? 8'b0000_????;
    match[3] = code ==? 8'b????_1111;
    class_o = 3'd4;
    for (int i = 3; i >= 0; i--) if (match[i]) class_o = 3'(i);
  end
  always_ff @(posedge clk or negedge rst_n) begin : store
    if (!rst_n) begin seen <= '0; alarm <= '0; end
    else begin
      seen <= arm ? seen | match : '0;
      alarm <= arm && (seen | match) !=? 4'b?0?0 && (&match[1:0] || code !=? 8'b1???_????);
    end
  end : store
  always_comb assert (class_o <= 4);
endmodule
//# right plain Verilog
module wildcard_match(input clk, input rst_n, input [7:0] code, input arm, output [2:0] class_o, output reg [3:0] seen,
                      output reg alarm);
  wire m0 = code[7] & (code[3:0] == 4'b0001);
  wire m1 = (code[7:6] == 2'b01) & code[1];
  wire m2 = code[7:4] == 4'b0000;
  wire m3 = &code[3:0];
  wire [3:0] both = seen | {m3, m2, m1, m0};
  assign class_o = m0 ? 3'd0 : m1 ? 3'd1 : m2 ? 3'd2 : m3 ? 3'd3 : 3'd4;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin seen <= 4'd0; alarm <= 1'b0; end
    else begin
      seen <= both & {4{arm}};
      alarm <= arm & (both[0] | both[2]) & (~code[7] | (m0 & m1));
    end
endmodule
//# right casez and masks
module wildcard_match(input clk, input rst_n, input [7:0] code, input arm, output reg [2:0] class_o,
                      output reg [3:0] seen, output reg alarm);
  wire [3:0] m;
  assign m[0] = (code & 8'h8f) == 8'h81;
  assign m[1] = (code & 8'hc2) == 8'h42;
  assign m[2] = (code & 8'hf0) == 8'h00;
  assign m[3] = (code & 8'h0f) == 8'h0f;
  always @*
    casez (m)
      4'b???1: class_o = 0;
      4'b??10: class_o = 1;
      4'b?100: class_o = 2;
      4'b1000: class_o = 3;
      default: class_o = 4;
    endcase
  always @(posedge clk or negedge rst_n)
    if (!rst_n) {alarm, seen} <= 0;
    else if (!arm) {alarm, seen} <= 0;
    else begin
      alarm <= !code[7] && ((seen | m) & 4'b0101) != 0;
      seen <= m | seen;
    end
endmodule
//# wrong a wildcard too many @golden
-8'b01??_??1?
+8'b0???_??1?
//# wrong last match wins @golden
-for (int i = 3; i >= 0; i--) if (match[i])
+for (int i = 0; i <= 3; i++) if (match[i])
//# wrong patterns in the other order @golden
-match[0] = code
+match[3] = code
-match[3] = code ==? 8'b????_1111
+match[0] = code ==? 8'b????_1111
//# wrong other bits wild @golden
-4'b?0?0
+4'b0?0?
//# wrong seen kept when not armed @golden
-seen | match : '0;
+seen | match : seen;
//# wrong mask of the third pattern @casez and masks
-(code & 8'hf0) == 8'h00
+(code & 8'h70) == 8'h00
