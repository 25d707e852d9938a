// title: Thermometer code checker
// category: combinational
// description: Combinational module thermometer_check with 7-bit input therm, 1-bit output valid and 3-bit output level. valid is 1 when therm is a thermometer code, that is, when no 1 bit lies above a 0 bit (0000000, 0000001, 0000011, ... 1111111). level is the number of 1 bits when valid, and 0 when not valid.
// tags: comb

module thermometer_check (
    input  wire [6:0] therm,
    output wire       valid,
    output wire [2:0] level
);
    reg [2:0] sum;
    integer   k;

    // Adding one to a thermometer code carries through all its ones.
    assign valid = ((therm & (therm + 7'd1)) == 7'd0);

    always @(*) begin
        sum = 3'd0;
        for (k = 0; k < 7; k = k + 1)
            sum = sum + {2'b00, therm[k]};
    end

    assign level = valid ? sum : 3'd0;
endmodule
