// title: Bus-invert transition coder
// category: combinational
// description: Combinational module bus_invert_coder with 8-bit inputs data and last_bus, 8-bit output bus and 1-bit output inverted. When data differs from last_bus in more than four bit positions, bus is the bitwise inverse of data and inverted is 1; otherwise bus equals data and inverted is 0.
// tags: comb, function

module bus_invert_coder (
    input  wire [7:0] data,
    input  wire [7:0] last_bus,
    output wire [7:0] bus,
    output wire       inverted
);
    function [3:0] distance;
        input [7:0] p;
        input [7:0] q;
        integer n;
        begin
            distance = 4'd0;
            for (n = 0; n < 8; n = n + 1)
                if (p[n] != q[n])
                    distance = distance + 4'd1;
        end
    endfunction

    assign inverted = (distance(data, last_bus) > 4'd4);
    assign bus      = inverted ? ~data : data;
endmodule
