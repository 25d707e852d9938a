"""The witness's testbench: golden and candidates as text in one simulation, written for Icarus and for Verilator.

A directed stimulus may use these tasks: `reset` (assert all resets for three cycles), `tick(n)` (n clock cycles with the
inputs as they are), `look` (let time pass without a clock edge and compare), `noise(n)` (n cycles of random inputs),
`storm(n)` (the same with resets at random, between clock edges too) and `every(n)` (all values of the inputs, in order).
"""

import re
from collections.abc import Sequence

from rtlvr.evaluate.pairs.template import PairDesign

_DECLARED = re.compile(r"^\s*(?:module|interface|package)\s+(?:automatic\s+)?(\w+)", re.MULTILINE)


def suffixed(text: str, suffix: str) -> str:
    """`text` with its modules, interfaces and packages renamed, so that several texts fit into one simulation."""
    names = sorted(set(_DECLARED.findall(text)))
    return re.sub(rf"(?<![\w.$])({'|'.join(names)})\b", lambda m: m[0] + suffix, text) if names else text


def bench(design: PairDesign, candidates: Sequence[str], copies: int) -> str:
    """All texts and the testbench. It prints `number armed cycle` where a candidate first differs from the golden.

    `armed` is 1 from the first reset on, or after some cycles where there is none. With one copy of the golden, an
    unknown value of it (of a simulator with four states) matches anything, and a candidate must be known where the
    golden is; with several `copies`, each with its own random values at the beginning, what they do not agree on is
    unknown.
    """
    # Copies as texts of their own: instances of one module may begin with the same values.
    texts = [suffixed(design.golden, f"_golden{number}") for number in range(copies)]
    texts += [suffixed(code, f"_c{number}") for number, code in enumerate(candidates)]
    return "\n".join([*texts, _module(design, len(candidates), copies)])


def _module(design: PairDesign, count: int, copies: int) -> str:
    width = sum(size for _, size in design.outputs)
    lines = ["`timescale 1ns/1ns", "module bench;"]
    lines += [f"  reg [{size - 1}:0] {name} = {_idle(design, name)};" for name, size in design.inputs]
    lines += [f"  wire [{width - 1}:0] g{i};\n  {_instance(design, f'_golden{i}', f'g{i}')}" for i in range(copies)]
    lines += [f"  wire [{width - 1}:0] c{i};\n  {_instance(design, f'_c{i}', f'c{i}')}" for i in range(count)]
    unknown = " | ".join(f"(g0 ^ g{i})" for i in range(1, copies)) or "0"
    lines += [f"  wire [{width - 1}:0] known = ~({unknown});", f"  wire [{count - 1}:0] differs;"]
    rule = "(g0 ^ c{0}) !== (g0 ^ g0)" if copies == 1 else "((g0 ^ c{0}) & known) != 0"
    lines += [f"  assign differs[{i}] = {rule.format(i)};" for i in range(count)]
    # Inputs never change together with a clock edge: which comes first would be the simulator's choice.
    tick = "clk = 1; look; clk = 0; look;" if design.clocked else "look;"
    middle = "look; clk = 1; look; change; look; clk = 0; look;" if design.clocked else "look;"
    body = _TASKS.format(last=count - 1, tick=tick, middle=middle)
    return "\n".join([*lines, body, *_random(design), _sequence(design), "endmodule", ""])


def _idle(design: PairDesign, name: str) -> int:
    return 1 - dict(design.resets).get(name, 1)


def _instance(design: PairDesign, suffix: str, vector: str) -> str:
    pins, at = [f".{name}({name})" for name, _ in design.inputs], 0
    for name, size in design.outputs:
        pins.append(f".{name}({vector}[{at + size - 1}:{at}])")
        at += size
    return f"{design.top}{suffix} u_{vector}({', '.join(pins)});"


_TASKS = """  reg [{last}:0] seen [0:1];
  integer cycle = 0, tb_number, tb_mood = 0, tb_kind, tb_limit = 2000000000, tb_turn, outer, inner;
  reg armed = 0;
  reg [31:0] tb_state = 32'd2463534242;
  initial begin seen[0] = 0; seen[1] = 0; end
  task look;
    #2;
  endtask
  initial begin
    #1;
    forever begin
      if ((differs & ~seen[armed]) != 0) begin
        for (tb_number = 0; tb_number <= {last}; tb_number = tb_number + 1)
          if (differs[tb_number] && !seen[armed][tb_number]) $display("first %0d %0d %0d", tb_number, armed, cycle);
        seen[armed] = seen[armed] | differs;
      end
      #2;
    end
  end
  task tick(input integer n);
    begin
      look;
      repeat (n) begin
        cycle = cycle + 1;
        {tick}
      end
      if (cycle >= tb_limit) begin $display("limit"); $finish; end
    end
  endtask
  task noisy;
    begin
      cycle = cycle + 1;
      {middle}
    end
  endtask
  function [31:0] rnd(input integer unused);
    begin
      tb_state = tb_state ^ (tb_state << 13);
      tb_state = tb_state ^ (tb_state >> 17);
      tb_state = tb_state ^ (tb_state << 5);
      rnd = tb_state;
    end
  endfunction
  function flip(input integer unused);
    case (tb_mood)
      0: flip = 1;
      1: flip = (rnd(0) & 7) == 0;
      2: flip = (rnd(0) & 63) == 0;
      default: flip = (rnd(0) & 3) == 0;
    endcase
  endfunction
  task noise(input integer n);
    for (tb_turn = 0; tb_turn < n; tb_turn = tb_turn + 1) begin
      if ((tb_turn & 63) == 0) tb_mood = rnd(0) & 3;
      change;
      noisy;
      if (cycle >= tb_limit) begin $display("limit"); $finish; end
    end
  endtask
  task storm(input integer n);
    for (tb_turn = 0; tb_turn < n; tb_turn = tb_turn + 1) begin
      if ((tb_turn & 63) == 0) begin tb_mood = rnd(0) & 3; tb_kind = rnd(0) & 127; end
      change;
      resets;
      noisy;
      if (cycle >= tb_limit) begin $display("limit"); $finish; end
    end
  endtask"""


def _random(design: PairDesign) -> list[str]:
    """Tasks that change inputs at random, and one that goes through all their values."""
    lines = ["  task change;", "    begin", "      tb_kind = tb_kind + 1;"]
    for name, size in design.data:
        lines += [f"      if (flip(0)) {name} = {_value(size)};"]
    lines += ["    end", "  endtask", "  task resets;", "    begin", "      tb_kind = tb_kind + 1;"]
    for name, level in design.resets:
        lines += [f"      {name} = ((rnd(0) & (tb_kind & 64 ? 3 : 31)) == 0) ? {level} : {1 - level};"]
        pulse = f"begin {name} = {level}; look; change; look; {name} = {1 - level}; look; end"
        lines += [f"      if ((rnd(0) & 31) == 0) {pulse}"]
    vector = ", ".join(name for name, _ in design.data) or "outer"
    lines += [
        "    end",
        "  endtask",
        "  task every(input integer n);",
        "    for (outer = 0; outer < n; outer = outer + 1)",
    ]
    lines += [f"      begin {{{vector}}} = outer; tick(1); end", "  endtask"]
    if design.resets:
        lines += ["  task reset;", "    begin"]
        lines += [f"      {name} = {level};" for name, level in design.resets]
        lines += ["      look; tick(3); armed = 1;", *(f"      {n} = {1 - v};" for n, v in design.resets)]
        lines += ["      look;", "    end", "  endtask"]
    return lines


def _value(size: int) -> str:
    words = ", ".join(["rnd(0)"] * ((size + 31) // 32))
    return f"{{{words}}} >> ((rnd(0) & 3) == 0 ? rnd(0) & 7 : 0)" if size > 2 else f"{{{words}}}"


def _sequence(design: PairDesign) -> str:
    """First inputs without a reset, then the directed stimulus, then noise, and resets at random."""
    quiet = " ".join(f"{name} = 0;" for name, _ in design.data)
    reset = "reset;" if design.resets else "armed = 1;"
    return f"""  initial begin
    if (!$value$plusargs("limit=%d", tb_limit)) tb_limit = 2000000000;
    if ($value$plusargs("state=%d", outer)) tb_state = tb_state ^ outer;
    look; tick(3); noise(20);
    {quiet}
    {reset}
    {design.stimulus}
    {reset}
    noise(3000);
    storm(3000);
    $display("end");
    $finish;
  end"""
