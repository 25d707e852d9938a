// title: Parameterised multiplexer on a flat bus
// category: parameterised
// description: Combinational module flat_bus_mux with parameters WIDTH (default 4) and INPUTS (default 5): input data of INPUTS*WIDTH bits, 3-bit input sel and WIDTH-bit output y. Channel k occupies data[k*WIDTH +: WIDTH]. y is channel sel, or 0 when sel is not below INPUTS. INPUTS may be at most 8.
// tags: comb, parameter

module flat_bus_mux #(
    parameter WIDTH  = 4,
    parameter INPUTS = 5
) (
    input  wire [INPUTS*WIDTH-1:0] data,
    input  wire [2:0]              sel,
    output reg  [WIDTH-1:0]        y
);
    integer k;

    always @(*) begin
        y = {WIDTH{1'b0}};
        for (k = 0; k < INPUTS; k = k + 1)
            if (sel == k)
                y = data[k*WIDTH +: WIDTH];
    end
endmodule
