//# top fractional_divider
//# inputs clk rst_n
//# outputs tick:1 square
//# params BITS=16 INC=1573 | BITS=20 INC=9999 | BITS=24 INC=77309
//# golden
module fractional_divider(input clk, input rst_n, output reg tick, output reg square);
  reg [${BITS - 1}:0] phase;
  wire [${BITS}:0] next = phase + ${BITS}'d${INC};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin phase <= 0; tick <= 0; square <= 0; end
    else begin
      phase <= next[${BITS - 1}:0];
      tick <= next[${BITS}];
      if (next[${BITS}]) square <= ~square;
    end
endmodule
//# right falling accumulator
module fractional_divider(input clk, input rst_n, output tick, output square);
  reg [${BITS - 1}:0] left;
  reg [1:0] out;
  wire over = left < ${INC};
  assign {square, tick} = out;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin left <= {${BITS}{1'b1}}; out <= 2'b00; end
    else begin
      left <= left - ${BITS}'d${INC};
      out <= {out[1] ^ over, over};
    end
endmodule
//# right wide accumulator
module fractional_divider(input clk, input rst_n, output reg tick, output square);
  reg [${BITS}:0] acc;
  wire [${BITS}:0] sum = acc + ${INC};
  assign square = acc[${BITS}];
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin acc <= 0; tick <= 0; end
    else begin
      acc <= sum;
      tick <= sum[${BITS}] != acc[${BITS}];
    end
endmodule
//# wrong increment rounded up @golden
-${BITS}'d${INC};
+${BITS}'d${INC + 1};
//# wrong begins half a step ahead @golden
-begin phase <= 0;
+begin phase <= 1;
//# wrong comparison includes the increment @falling accumulator
-left < ${INC};
+left <= ${INC};
//# wrong lowest bit of the accumulator lost @wide accumulator
-      acc <= sum;
+      acc <= {sum[${BITS}:1], sum[0] & ~sum[${BITS - 1}]};
//# stimulus
tick(${(1 << BITS) * 2 if BITS < 21 else 3000000});
