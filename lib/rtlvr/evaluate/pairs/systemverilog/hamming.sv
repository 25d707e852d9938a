//# top hamming
//# inputs code:12 inject:4
//# outputs data:8 syndrome:4 fixed bad encoded:12
//# golden
module hamming(input logic [12:1] code, input logic [3:0] inject, output logic [7:0] data, output logic [3:0] syndrome,
               output logic fixed, bad, output logic [12:1] encoded);
  localparam int PLACE [8] = '{3, 5, 6, 7, 9, 10, 11, 12};
  function automatic logic [3:0] parity(input logic [12:1] w);
    parity = '0;
    for (int i = 1; i <= 12; i++) if (w[i]) parity ^= 4'(i);
  endfunction
  logic [12:1] word;
  always_comb begin
    word = code;
    if (inject inside {[1:12]}) word[inject] ^= 1'b1;
    syndrome = parity(word);
    fixed = syndrome inside {[1:12]};
    bad = syndrome > 12;
    if (fixed) word[syndrome] = ~word[syndrome];
    foreach (PLACE[i]) data[i] = word[PLACE[i]];
    encoded = '0;
    foreach (PLACE[i]) encoded[PLACE[i]] = data[i];
    {encoded[8], encoded[4], encoded[2], encoded[1]} = parity(encoded);
  end
endmodule
//# right plain Verilog
module hamming(input [11:0] code, input [3:0] inject, output [7:0] data, output [3:0] syndrome, output fixed, output bad,
               output [11:0] encoded);
  wire [15:0] hit = 16'd1 << inject, turn = 16'd1 << syndrome;
  wire [11:0] w = code ^ hit[12:1];
  assign syndrome[0] = w[0] ^ w[2] ^ w[4] ^ w[6] ^ w[8] ^ w[10];
  assign syndrome[1] = w[1] ^ w[2] ^ w[5] ^ w[6] ^ w[9] ^ w[10];
  assign syndrome[2] = w[3] ^ w[4] ^ w[5] ^ w[6] ^ w[11];
  assign syndrome[3] = w[7] ^ w[8] ^ w[9] ^ w[10] ^ w[11];
  assign bad = syndrome[3] & syndrome[2] & (syndrome[1] | syndrome[0]);
  assign fixed = (syndrome != 4'd0) & ~bad;
  wire [11:0] c = w ^ turn[12:1];
  assign data = {c[11:8], c[6:4], c[2]};
  wire p1 = data[0] ^ data[1] ^ data[3] ^ data[4] ^ data[6];
  wire p2 = data[0] ^ data[2] ^ data[3] ^ data[5] ^ data[6];
  wire p4 = data[1] ^ data[2] ^ data[3] ^ data[7];
  wire p8 = ^data[7:4];
  assign encoded = {data[7:4], p8, data[3:1], p4, data[0], p2, p1};
endmodule
//# wrong range to eleven @golden
-fixed = syndrome inside {[1:12]};
+fixed = syndrome inside {[1:11]};
//# wrong places one off @golden
-'{3, 5, 6, 7, 9, 10, 11, 12}
+'{3, 5, 6, 7, 8, 10, 11, 12}
//# wrong parity bits in the other order @golden
-{encoded[8], encoded[4], encoded[2], encoded[1]}
+{encoded[1], encoded[2], encoded[4], encoded[8]}
//# wrong first place never hit @golden
-if (inject inside {[1:12]})
+if (inject inside {[2:12]})
//# wrong twelfth place not in one sum @plain Verilog
-w[5] ^ w[6] ^ w[11];
+w[5] ^ w[6];
//# stimulus
every(65536);
