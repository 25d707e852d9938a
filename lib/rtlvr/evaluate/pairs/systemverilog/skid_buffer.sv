//# top skid_buffer
//# inputs clk rst_n in_valid in_data:6 in_last out_ready
//# outputs in_ready out_valid out_data:6 out_last held
//# golden
interface stream_if #(parameter type T = logic [5:0]);
  T data;
  logic last, valid, ready;
  modport source (output data, last, valid, input ready);
  modport sink (input data, last, valid, output ready);
endinterface
module skid #(parameter type T = logic [5:0]) (input logic clk, rst_n, stream_if.sink in, stream_if.source out,
                                               output logic held);
  typedef struct packed {T data; logic last;} beat_t;
  beat_t main = '0, spare = '0;
  logic main_v = 1'b0, spare_v = 1'b0;
  assign in.ready = !spare_v, out.valid = main_v, held = spare_v;
  assign {out.data, out.last} = main;
  always_ff @(posedge clk or negedge rst_n)
    if (!rst_n) begin {main_v, spare_v} <= '0; main <= '0; spare <= '0; end
    else if (out.ready || !main_v) begin
      main_v <= spare_v || in.valid;
      if (spare_v) main <= spare;
      else if (in.valid) main <= '{data: in.data, last: in.last};
      spare_v <= 1'b0;
    end else if (in.valid && in.ready) begin
      spare <= '{last: in.last, data: in.data};
      spare_v <= 1'b1;
    end
endmodule
module skid_buffer(input logic clk, rst_n, in_valid, input logic [5:0] in_data, input logic in_last, out_ready,
                   output logic in_ready, out_valid, output logic [5:0] out_data, output logic out_last, held);
  stream_if a(), b();
  assign a.valid = in_valid, a.data = in_data, a.last = in_last, in_ready = a.ready;
  assign out_valid = b.valid, out_data = b.data, out_last = b.last, b.ready = out_ready;
  skid u(.clk, .rst_n, .in(a.sink), .out(b.source), .held);
endmodule
//# right plain Verilog
module skid_buffer(input clk, input rst_n, input in_valid, input [5:0] in_data, input in_last, input out_ready,
                   output in_ready, output out_valid, output [5:0] out_data, output out_last, output held);
  reg [6:0] front, back;
  reg [1:0] n;  // 0, 1 or 3
  initial begin front = 0; back = 0; n = 0; end
  wire move = out_ready | ~n[0];
  assign {in_ready, out_valid, held} = {~n[1], n[0], n[1]};
  assign {out_data, out_last} = front;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin front <= 0; back <= 0; n <= 0; end
    else begin
      if (move) n <= {1'b0, n[1] | in_valid};
      else if (in_valid) n <= 2'b11;
      if (move & (n[1] | in_valid)) front <= n[1] ? back : {in_data, in_last};
      if (~move & in_valid & ~n[1]) back <= {in_data, in_last};
    end
endmodule
//# right three states
module skid_buffer(input clk, input rst_n, input in_valid, input [5:0] in_data, input in_last, input out_ready,
                   output reg in_ready, output reg out_valid, output reg [5:0] out_data, output reg out_last, output held);
  reg [5:0] d;
  reg l;
  initial begin in_ready = 1; out_valid = 0; out_data = 0; out_last = 0; d = 0; l = 0; end
  assign held = !in_ready;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin in_ready <= 1; out_valid <= 0; out_data <= 0; out_last <= 0; d <= 0; l <= 0; end
    else case ({in_ready, out_valid})
      2'b10: if (in_valid) begin out_valid <= 1; out_data <= in_data; out_last <= in_last; end
      2'b11:
        if (out_ready) begin
          out_valid <= in_valid;
          if (in_valid) begin out_data <= in_data; out_last <= in_last; end
        end else if (in_valid) begin in_ready <= 0; d <= in_data; l <= in_last; end
      default: if (out_ready) begin in_ready <= 1; out_data <= d; out_last <= l; end
    endcase
endmodule
//# wrong data and last swapped in the pattern @golden
-{out.data, out.last} = main;
+{out.last, out.data} = main;
//# wrong spare beat overtaken @golden
-      if (spare_v) main <= spare;
-      else if (in.valid) main
+      if (spare_v && !in.valid) main <= spare;
+      else if (in.valid) main
//# wrong ready depends on the output @golden
-assign in.ready = !spare_v,
+assign in.ready = !spare_v || out.ready,
//# wrong spare kept valid @golden
-      spare_v <= 1'b0;
+      spare_v <= spare_v && in.valid;
//# wrong last of the held beat lost @three states
-out_data <= d; out_last <= l;
+out_data <= d; out_last <= in_last;
