//# top watchdog
//# inputs clk rst_n kick enable
//# outputs bark bite
//# params N=600 | N=20000 | N=65535 | N=1500000
//# golden
module watchdog(input clk, input rst_n, input kick, input enable, output bark, output reg bite);
  reg [20:0] count;
  assign bark = count >= ${N - N // 4};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin count <= 0; bite <= 0; end
    else if (kick || !enable) count <= 0;
    else if (count == ${N}) bite <= 1;
    else count <= count + 1;
endmodule
//# right down-counter with flags
module watchdog(input clk, input rst_n, input kick, input enable, output bark, output bite);
  reg [20:0] left;
  reg bitten, warned;
  assign bark = warned;
  assign bite = bitten;
  wire clear = kick | ~enable;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin left <= 21'd${N}; bitten <= 1'b0; warned <= 1'b0; end
    else begin
      if (clear) left <= 21'd${N};
      else if (left != 0) left <= left - 21'd1;
      if (clear) warned <= 1'b0;
      else if (left == 21'd${N // 4 + 1}) warned <= 1'b1;
      if (!clear && left == 0) bitten <= 1'b1;
    end
endmodule
//# right states
module watchdog(input clk, input rst_n, input kick, input enable, output bark, output bite);
  localparam QUIET = 2'd0, BARKING = 2'd1, FULL = 2'd2;
  reg [1:0] state;
  reg [20:0] n;
  reg b;
  assign bark = state != QUIET;
  assign bite = b;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin state <= QUIET; n <= 0; b <= 0; end
    else if (kick | !enable) begin state <= QUIET; n <= 0; end
    else case (state)
      QUIET: if (n == ${N - N // 4 - 1}) begin state <= BARKING; n <= 0; end else n <= n + 1;
      BARKING: if (n == ${N // 4 - 1}) begin state <= FULL; n <= 0; end else n <= n + 1;
      default: b <= 1;
    endcase
endmodule
//# wrong bite a clock early @golden
-count == ${N}
+count == ${N - 1}
//# wrong a kick calls the bite back @golden
-    else if (kick || !enable) count <= 0;
+    else if (kick || !enable) begin count <= 0; bite <= 0; end
//# wrong disabled dog keeps its count @golden
-    else if (kick || !enable) count <= 0;
+    else if (kick) count <= 0;
+    else if (!enable) count <= count;
//# wrong a kick is too late once it barks @states
-    else if (kick | !enable) begin
+    else if ((kick && state != FULL) | !enable) begin
//# wrong bark only a pulse @down-counter with flags
-      if (clear) warned <= 1'b0;
+      if (clear || left == 21'd${N // 8}) warned <= 1'b0;
//# stimulus
enable = 1; tick(${N // 2}); enable = 0; tick(1); enable = 1; tick(${N // 2 + 10}); kick = 1; tick(1); kick = 0; tick(${N});
kick = 1; tick(1); kick = 0; tick(${N + 5}); kick = 1; tick(2); kick = 0; tick(9);
