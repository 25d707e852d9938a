//# top cordic_pipe
//# inputs clk rst_n x:8 y:8 en
//# outputs magnitude:10 quadrant:2 valid
//# golden
module cordic_pipe(input logic clk, rst_n, input logic signed [7:0] x, y, input logic en,
                   output logic [9:0] magnitude, output logic [1:0] quadrant, output logic valid);
  localparam int STAGES = 3;
  typedef struct packed {logic signed [9:0] x, y; logic [1:0] q; logic v;} stage_t;
  stage_t s [STAGES+1];
  always_comb begin
    s[0].x = x < 0 ? -10'(x) : 10'(x);
    s[0].y = y < 0 ? -10'(y) : 10'(y);
    s[0].q = {y < 0, x < 0};
    s[0].v = en;
  end
  for (genvar i = 0; i < STAGES; i++) begin : g
    always_ff @(posedge clk or negedge rst_n)
      if (!rst_n) s[i+1] <= '{default: '0};
      else begin
        s[i+1] <= s[i];
        if (s[i].y >= 0) begin s[i+1].x <= s[i].x + (s[i].y >>> i); s[i+1].y <= s[i].y - (s[i].x >>> i); end
        else begin s[i+1].x <= s[i].x - (s[i].y >>> i); s[i+1].y <= s[i].y + (s[i].x >>> i); end
      end
  end
  assign magnitude = s[STAGES].x, quadrant = s[STAGES].q, valid = s[STAGES].v;
endmodule
//# right plain Verilog
module cordic_pipe(input clk, input rst_n, input [7:0] x, input [7:0] y, input en, output [9:0] magnitude,
                   output [1:0] quadrant, output valid);
  wire [9:0] ex = {{2{x[7]}}, x}, ey = {{2{y[7]}}, y};
  wire [9:0] ax = (ex ^ {10{x[7]}}) + x[7], ay = (ey ^ {10{y[7]}}) + y[7];
  reg [9:0] x1, y1, x2, y2, x3;
  reg [8:0] side;
  assign magnitude = x3, quadrant = side[7:6], valid = side[8];
  wire [9:0] hx = {x1[9], x1[9:1]}, hy = {y1[9], y1[9:1]};
  wire [9:0] qy = {{2{y2[9]}}, y2[9:2]};
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin x1 <= 0; y1 <= 0; x2 <= 0; y2 <= 0; x3 <= 0; side <= 0; end
    else begin
      side <= {side[5:0], en, y[7], x[7]};
      x1 <= ax + ay;
      y1 <= ay - ax;
      if (y1[9]) begin x2 <= x1 - hy; y2 <= y1 + hx; end
      else begin x2 <= x1 + hy; y2 <= y1 - hx; end
      x3 <= y2[9] ? x2 - qy : x2 + qy;
    end
endmodule
//# wrong logical shifts @golden
-s[i+1].x <= s[i].x - (s[i].y >>> i);
+s[i+1].x <= s[i].x - (s[i].y >> i);
//# wrong one stage more @golden
-STAGES = 3;
+STAGES = 4;
//# wrong magnitude of the least value @golden
-s[0].x = x < 0 ? -10'(x) : 10'(x);
+s[0].x = x < 0 ? 10'(signed'(8'(-x))) : 10'(x);
//# wrong quadrant bits swapped @golden
-{y < 0, x < 0}
+{x < 0, y < 0}
//# wrong sign of zero @golden
-s[i].y >= 0)
+s[i].y > 0)
//# wrong valid a cycle early @plain Verilog
-valid = side[8];
+valid = side[5];
