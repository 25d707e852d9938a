// title: Inclusive window comparator
// category: combinational
// description: Combinational module window_comparator with 8-bit unsigned inputs value, low_limit and high_limit and 1-bit outputs below, within_range, above and bad_window. bad_window is 1 when low_limit is greater than high_limit, and then the other three outputs are all 0. Otherwise exactly one of them is 1: below when value < low_limit, above when value > high_limit, within_range when low_limit <= value <= high_limit.
// tags: comb

module window_comparator (
    input  wire [7:0] value,
    input  wire [7:0] low_limit,
    input  wire [7:0] high_limit,
    output wire       below,
    output wire       within_range,
    output wire       above,
    output wire       bad_window
);
    assign bad_window = (low_limit > high_limit);
    assign below      = !bad_window && (value < low_limit);
    assign above      = !bad_window && (value > high_limit);
    assign within_range = !bad_window && !below && !above;
endmodule
