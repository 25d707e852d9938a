//# top lfsr_period
//# inputs clk rst_n en
//# outputs bit_o lap laps:4
//# params N=12 TAPS=2089 | N=16 TAPS=53256 | N=20 TAPS=589824
//# golden
module lfsr_period(input clk, input rst_n, input en, output bit_o, output lap, output reg [3:0] laps);
  reg [${N - 1}:0] s;
  assign bit_o = s[${N - 1}];
  assign lap = en && s == {1'b1, ${N - 1}'d0};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin s <= 1; laps <= 0; end
    else if (en) begin
      s <= {s[${N - 2}:0], ^(s & ${N}'d${TAPS})};
      if (lap) laps <= laps + 1;
    end
endmodule
//# right bits in the other order
module lfsr_period(input clk, input rst_n, input en, output bit_o, output lap, output [3:0] laps);
  reg [0:${N - 1}] q;  // q[0] is the newest bit
  reg [3:0] n;
  integer i;
  reg fb, only;
  assign bit_o = q[${N - 1}];
  assign lap = only & en;
  assign laps = n;
  always @* begin
    fb = 0;
    only = q[${N - 1}];
    for (i = 0; i < ${N}; i = i + 1) begin
      if ((${TAPS} >> i) & 1) fb = fb ^ q[i];
      if (i < ${N - 1}) only = only & ~q[i];
    end
  end
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin q <= {${N}{1'b0}} | ${N}'d1 << ${N - 1}; n <= 0; end
    else if (en) begin
      q <= {fb, q[0:${N - 2}]};
      n <= n + {3'd0, only};
    end
endmodule
//# wrong laps counted also while waiting @golden
-      if (lap) laps <= laps + 1;
-    end
+    end else if (s == {1'b1, ${N - 1}'d0}) laps <= laps + 1;
//# wrong register restarts at the lap @golden
-      if (lap) laps <= laps + 1;
+      if (lap) begin laps <= laps + 1; s <= 3; end
//# wrong laps stop at one @bits in the other order
-      n <= n + {3'd0, only};
+      n <= n[0] ? n : n + {3'd0, only};
//# stimulus
en = 1; tick(${(1 << N) - 3}); for (outer = 0; outer < 8; outer = outer + 1) begin en = 0; tick(3); en = 1; tick(1); end tick(${(1 << N) + 20});
