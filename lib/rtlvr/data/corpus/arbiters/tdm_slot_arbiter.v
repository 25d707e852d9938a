// title: Time slot arbiter with slot stealing
// category: arbiters
// description: Module tdm_slot_arbiter: clock clk, asynchronous active-low reset reset_n, 3-bit input req, 3-bit combinational one-hot output grant, 2-bit registered output slot. slot cycles 0,1,2,0,... on every rising edge and is 0 after reset. The owner of the slot (requester number slot) is granted if it requests; otherwise the lowest-numbered active requester is granted; with no request grant is 0.
// tags: seq, async_reset, active_low

module tdm_slot_arbiter (
    input  wire       clk,
    input  wire       reset_n,
    input  wire [2:0] req,
    output reg  [2:0] grant,
    output reg  [1:0] slot
);
    wire [2:0] owner = 3'b001 << slot;

    always @(posedge clk or negedge reset_n) begin
        if (!reset_n)
            slot <= 2'd0;
        else
            slot <= (slot == 2'd2) ? 2'd0 : slot + 2'd1;
    end

    always @(*) begin
        if ((req & owner) != 3'b000)
            grant = owner;
        else if (req[0])
            grant = 3'b001;
        else if (req[1])
            grant = 3'b010;
        else if (req[2])
            grant = 3'b100;
        else
            grant = 3'b000;
    end
endmodule
