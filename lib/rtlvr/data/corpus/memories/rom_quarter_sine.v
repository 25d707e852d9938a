// title: Sine table from a quarter-wave ROM
// category: memories
// description: Combinational module rom_quarter_sine with 5-bit input phase and 8-bit two's complement output sine. A quarter-wave table q[0..7] holds 12, 37, 60, 81, 98, 112, 122, 126. phase[2:0] is the table index in quarters 0 and 2 (phase[4:3] = 0 or 2) and its bitwise inverse is the index in quarters 1 and 3; sine is the entry for phase[4] = 0 and minus the entry for phase[4] = 1.
// tags: comb, signed

module rom_quarter_sine (
    input  wire        [4:0] phase,
    output wire signed [7:0] sine
);
    wire [2:0] index = phase[3] ? ~phase[2:0] : phase[2:0];
    reg  signed [7:0] entry;

    always @(*) begin
        case (index)
            3'd0: entry = 8'sd12;
            3'd1: entry = 8'sd37;
            3'd2: entry = 8'sd60;
            3'd3: entry = 8'sd81;
            3'd4: entry = 8'sd98;
            3'd5: entry = 8'sd112;
            3'd6: entry = 8'sd122;
            default: entry = 8'sd126;
        endcase
    end

    assign sine = phase[4] ? -entry : entry;
endmodule
