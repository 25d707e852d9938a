//# top packet_counter
//# inputs clk rst_n valid sop eop bad
//# outputs packets:16 errors:16 longest:12 wrapped
//# params LIMIT=1518 | LIMIT=2047
//# golden
module packet_counter(input clk, input rst_n, input valid, input sop, input eop, input bad, output reg [15:0] packets,
                      output reg [15:0] errors, output reg [11:0] longest, output reg wrapped);
  reg [11:0] len;
  reg inside_p;
  wire [11:0] now = sop ? 12'd1 : (len == ${LIMIT + 1}) ? len : len + 12'd1;
  wire over = now == ${LIMIT + 1};
  wire take = valid && (sop || inside_p);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin packets <= 0; errors <= 0; longest <= 0; wrapped <= 0; len <= 0; inside_p <= 0; end
    else if (take) begin
      inside_p <= !eop;
      len <= now;
      if (eop) begin
        if (bad || over) errors <= (&errors) ? errors : errors + 1;
        else begin
          packets <= packets + 1;
          if (&packets) wrapped <= 1;
          if (now > longest) longest <= now;
        end
      end
    end
endmodule
//# right room counts down and a seventeenth bit
module packet_counter(input clk, input rst_n, input valid, input sop, input eop, input bad, output [15:0] packets,
                      output [15:0] errors, output [11:0] longest, output wrapped);
  reg [16:0] good, faults;
  reg [11:0] room, most;
  reg open;
  wire here = valid & (sop | open);
  wire [11:0] left = sop ? 12'd${LIMIT} : (room == 0) ? 12'd0 : room - 12'd1;  // places left after this word, plus one
  wire [11:0] length = 12'd${LIMIT + 1} - left;
  wire fine = ~bad & (left != 0);
  assign packets = good[15:0], wrapped = good[16];
  assign errors = faults[15:0] | {16{faults[16]}};
  assign longest = most;
  always @(posedge clk or negedge rst_n)
    if (!rst_n) begin good <= 0; faults <= 0; room <= 0; most <= 0; open <= 0; end
    else if (here) begin
      open <= ~eop;
      room <= left;
      if (eop & fine) begin
        good <= {good[16] | (&good[15:0]), good[15:0] + 16'd1};
        most <= (length > most) ? length : most;
      end
      if (eop & ~fine & ~faults[16]) faults <= faults + 1;
    end
endmodule
//# wrong packet count stops at its end @golden
-          packets <= packets + 1;
+          packets <= (&packets) ? packets : packets + 1;
//# wrong error count wraps @golden
-(&errors) ? errors : errors + 1;
+errors + 1;
//# wrong one word more allowed @golden
-  wire over = now == ${LIMIT + 1};
+  wire over = now == ${LIMIT + 1} && len == ${LIMIT + 1};
//# wrong longest counted in eleven bits @golden
-          if (now > longest) longest <= now;
+          if (now[9:0] > longest) longest <= now[9:0];
//# wrong wrapped falls with the second lap @room counts down and a seventeenth bit
-{good[16] | (&good[15:0]), good[15:0] + 16'd1};
+{good[16] ? ~(good[15:0] == 16'h2000) : &good[15:0], good[15:0] + 16'd1};
//# stimulus
valid = 1; sop = 1; tick(1); sop = 0; tick(${LIMIT - 2}); eop = 1; tick(1); eop = 0;
sop = 1; tick(1); sop = 0; tick(${LIMIT - 1}); eop = 1; tick(1); eop = 0; sop = 1; tick(1); sop = 0; tick(${LIMIT * 2}); eop = 1; tick(1);
sop = 1; tick(75000); bad = 1; tick(66000); bad = 0;
