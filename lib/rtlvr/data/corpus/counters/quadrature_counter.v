// title: Quadrature encoder position counter
// category: counters
// description: Module quadrature_counter: clock clk, synchronous active-low reset srst_n, 1-bit inputs pha and phb (already synchronous), 8-bit registered output position and 1-bit registered output illegal. The module keeps the previous pair {pha, phb}; reset clears position, illegal and the stored pair. On each other edge the pair is stored and compared with the previous one: following the cycle 00, 10, 11, 01, 00 adds 1 to position, the reverse direction subtracts 1 (both modulo 256), no change leaves it, and a change of both bits leaves position and sets illegal to 1 for that cycle (illegal is 0 otherwise).
// tags: seq, sync_reset, active_low

module quadrature_counter (
    input  wire       clk,
    input  wire       srst_n,
    input  wire       pha,
    input  wire       phb,
    output reg  [7:0] position,
    output reg        illegal
);
    reg [1:0] last;

    always @(posedge clk) begin
        if (!srst_n) begin
            position <= 8'd0;
            illegal  <= 1'b0;
            last     <= 2'b00;
        end else begin
            last    <= {pha, phb};
            illegal <= 1'b0;
            case ({last, pha, phb})
                4'b0010, 4'b1011, 4'b1101, 4'b0100: position <= position + 8'd1;
                4'b0001, 4'b0111, 4'b1110, 4'b1000: position <= position - 8'd1;
                4'b0011, 4'b1100, 4'b0110, 4'b1001: illegal  <= 1'b1;
                default: ;
            endcase
        end
    end
endmodule
