//# top arbiter_array
//# inputs clk rst req:4 lock
//# outputs grant:4 index:2 valid
//# golden
module arbiter_array #(parameter int N = 4, parameter type index_t = logic [$clog2(N)-1:0])
  (input logic clk, rst, input logic [N-1:0] req, input logic lock, output logic [N-1:0] grant, output index_t index,
   output logic valid);
  index_t last;
  logic [1:0][N-1:0] twice;
  always_comb begin
    index = last;
    valid = 1'b0;
    twice = {req, req};
    for (int i = 1; i <= N; i++) begin
      automatic int at = int'(last) + i;
      if (lock && req[last]) begin valid = 1'b1; break; end
      if (!twice[at / N][at % N]) continue;
      index = index_t'(at);
      valid = 1'b1;
      break;
    end
    grant = valid ? N'(1) << index : '0;
  end
  always_ff @(posedge clk)
    if (rst) last <= index_t'(N - 1);
    else if (valid) last <= index;
endmodule
//# right plain Verilog
module arbiter_array(input clk, input rst, input [3:0] req, input lock, output reg [3:0] grant, output reg [1:0] index,
                     output valid);
  reg [1:0] p;
  wire [1:0] a = p + 2'd1, b = p + 2'd2, c = p - 2'd1;
  wire stay = lock & req[p];
  assign valid = |req;
  always @* begin
    if (stay) index = p;
    else if (req[a]) index = a;
    else if (req[b]) index = b;
    else if (req[c]) index = c;
    else index = p;
    grant = 4'b0000;
    grant[index] = valid;
  end
  always @(posedge clk)
    if (rst) p <= 2'd3;
    else if (valid) p <= index;
endmodule
//# right rotate and mask
module arbiter_array(input clk, input rst, input [3:0] req, input lock, output [3:0] grant, output [1:0] index,
                     output valid);
  reg [3:0] owner;  // one-hot
  wire [3:0] above = ~(owner | (owner - 4'd1)) & req;
  wire [3:0] pick = (above != 0) ? above : req;
  wire [3:0] first = pick & (~pick + 4'd1);
  assign grant = (lock && (owner & req) != 0) ? owner : first;
  assign valid = req != 0;
  wire [3:0] shown = valid ? grant : owner;
  assign index = {shown[3] | shown[2], shown[3] | shown[1]};
  always @(posedge clk)
    if (rst) owner <= 4'b1000;
    else if (valid) owner <= grant;
endmodule
//# wrong break left out @golden
-      valid = 1'b1;
-      break;
-    end
+      valid = 1'b1;
+    end
//# wrong begins with the one after next @golden
-rst) last <= index_t'(N - 1);
+rst) last <= '0;
//# wrong lock without a request @golden
-if (lock && req[last])
+if (lock)
//# wrong never comes back to the last one @golden
-for (int i = 1; i <= N; i++)
+for (int i = 1; i < N; i++)
//# wrong moves on without a request @golden
-    else if (valid) last <= index;
+    else last <= valid ? index : index + 1'b1;
//# wrong lowest first @rotate and mask
-(above != 0) ? above : req;
+(above != 0 && !lock) ? above : req;
