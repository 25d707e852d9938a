// title: Parity generator and checker
// category: encoders
// description: Combinational module parity_gen_check with 8-bit input data, 1-bit inputs odd and parity_in, 1-bit outputs parity_out and error. parity_out is the bit that makes the number of ones in data plus parity_out even when odd is 0 and odd when odd is 1. error is 1 when parity_in differs from parity_out.
// tags: comb

module parity_gen_check (
    input  wire [7:0] data,
    input  wire       odd,
    input  wire       parity_in,
    output wire       parity_out,
    output wire       error
);
    assign parity_out = (^data) ^ odd;
    assign error      = parity_in ^ parity_out;
endmodule
