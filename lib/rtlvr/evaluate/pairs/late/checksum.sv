//# top checksum
//# inputs clk rst start valid data:8
//# outputs sum:32 done
//# params LEN=900 MOD=65521 | LEN=4000 MOD=65521
//# golden
module checksum(input clk, input rst, input start, input valid, input [7:0] data, output [31:0] sum, output reg done);
  reg [15:0] a, b;
  reg [11:0] n;
  reg run;
  wire [16:0] a_sum = a + data;
  wire [16:0] a_next = a_sum >= ${MOD} ? a_sum - ${MOD} : a_sum;
  wire [16:0] b_sum = b + a_next;
  assign sum = {b, a};
  always @(posedge clk)
    if (rst) begin a <= 1; b <= 0; n <= 0; run <= 0; done <= 0; end
    else if (start) begin a <= 1; b <= 0; n <= 0; run <= 1; done <= 0; end
    else if (run && valid) begin
      a <= a_next[15:0];
      b <= b_sum >= ${MOD} ? b_sum - ${MOD} : b_sum;
      n <= n + 1;
      if (n == ${LEN - 1}) begin run <= 0; done <= 1; end
    end
endmodule
//# right remainders and a down-counter
module checksum(input clk, input rst, input start, input valid, input [7:0] data, output reg [31:0] sum, output done);
  reg [12:0] left;
  reg ended;
  wire [17:0] a = {2'b00, sum[15:0]} + {10'd0, data};
  wire [17:0] a1 = (a < ${MOD}) ? a : a - ${MOD};
  wire [17:0] b = {2'b00, sum[31:16]} + a1;
  wire [17:0] b1 = (b < ${MOD}) ? b : b - ${MOD};
  assign done = ended;
  always @(posedge clk) begin
    if (rst | start) begin
      sum <= 32'd1;
      ended <= 1'b0;
      left <= rst ? 13'd0 : 13'd${LEN};
    end else if (valid && left != 0) begin
      sum <= {b1[15:0], a1[15:0]};
      left <= left - 13'd1;
      ended <= left == 13'd1;
    end
  end
endmodule
//# wrong modulus a power of two @golden
-b_sum >= ${MOD} ? b_sum - ${MOD} : b_sum;
+b_sum;
//# wrong first sum may equal the modulus @golden
-a_sum >= ${MOD} ?
+a_sum > ${MOD} ?
//# wrong one byte more @golden
-n == ${LEN - 1}
+n == ${LEN}
//# wrong a new start keeps the count @remainders and a down-counter
-left <= rst ? 13'd0 : 13'd${LEN};
+left <= rst ? 13'd0 : left != 0 ? left : 13'd${LEN};
//# wrong second sum takes the old first one @golden
-b + a_next;
+b + (n > ${LEN // 2} ? a : a_next);
//# stimulus
start = 1; tick(1); start = 0; valid = 1; data = 255; tick(${LEN // 3}); valid = 0; tick(7); valid = 1; tick(${LEN});
start = 1; tick(1); start = 0; data = 240; tick(${LEN + 5}); start = 1; tick(1); start = 0; data = 3; tick(${LEN // 2});
start = 1; tick(1); start = 0; repeat (${LEN}) begin data = rnd(0); tick(1); end tick(3);
repeat (8) begin start = 1; tick(1); start = 0; repeat (${LEN + 2}) begin data = rnd(0); tick(1); end end
