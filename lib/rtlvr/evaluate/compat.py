"""Minimal edits that let the benchmarks' own testbenches run, and correct the few that are wrong.

Two kinds. `simulator`: the text asks for something that open simulators lack, or leaves to chance what happens first at one
moment; the edit says the same in other words, and never checks less. `erratum`: the benchmark contradicts itself; the edit
makes it mean what its own description says. Scores can be had with both kinds (corrected) or with the first alone (original).

An edit applies only where exactly the text that it expects is there, as often as it expects it: newer upstream data that no
longer need it are left alone.
"""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Edit:
    """Replace `old` by `new`, which must occur `times` times (0: at least once)."""

    old: str
    new: str
    times: int = 1


@dataclass(frozen=True)
class Patch:
    """What is done to one task: of the benchmarks whose name begins so, its testbench and its reference."""

    benchmark: str
    task: str  # a regular expression for the whole id
    kind: Literal["simulator", "erratum"]
    cause: str
    edits: tuple[Edit, ...]
    reference: tuple[Edit, ...] = ()


_ENUMS = (
    Edit("States state, next;", "logic [3:0] state, next;"),
    Edit("States'(", "(", 0),
)
_RING = (
    "{8'b00000001, 8'b00000001, 8'b00000010, 8'b00000100, 8'b00001000,"
    "8'b00010000, 8'b00100000, 8'b01000000, 8'b10000000, 8'b00000001}"
)

PATCHES = (
    Patch(
        "verilog-eval",
        r"(Prob\d+_)?review2015_(fsm|fancytimer)",
        "simulator",
        "its reference casts to an enumerated type, which Icarus 11 cannot: the states are plain vectors here",
        _ENUMS,
        _ENUMS,
    ),
    Patch(
        "verilog-eval-v2-spec",
        "Prob099_m2014_q6c",
        "erratum",
        "description and reference call the outputs Y1 and Y3, the testbench connects Y2 and Y4",
        (Edit(".Y2(", ".Y1(", 2), Edit(".Y4(", ".Y3(", 2)),
    ),
    Patch(
        "rtllm",
        "asyn_fifo",
        "simulator",
        "it leaves a loop by break, which Icarus 11 cannot: here by disabling the block around it, which is all the same",
        (
            Edit("initial begin\n  repeat (17) begin", "initial begin : filling\n  repeat (17) begin"),
            Edit("break;", "disable filling;"),
        ),
    ),
    Patch(
        "rtllm-v1.1",
        "div_16bit",
        "simulator",
        "it declares a variable twice, which most simulators refuse; RTLLM 2.0 has it once",
        (Edit("integer error = 0; \nreg [15:0] expected_result;\n", "integer error = 0; \n"),),
    ),
    Patch(
        "rtllm",
        "radix2_div",
        "simulator",
        "it changes inputs at the very moment of the clock's edge, so that chance decides what a design sees: here 2 ns later",
        (Edit("wait(res_valid);\n            #10;", "wait(res_valid);\n            #12;"),),
    ),
    Patch(
        "rtllm",
        "clkgenerator",
        "simulator",
        "it looks at the clock at the very moment it toggles, so that chance decides what it sees: here one unit before",
        (
            Edit("#5; // Time delay between clock cycles", "#4;"),
            Edit("res = res + 1;", "res = res + 1; #1;"),
        ),
    ),
    Patch(
        "rtllm",
        "ring_counter",
        "simulator",
        "it fills a memory where it is declared, which Icarus 11 cannot: here at once afterwards; and it counts samples and "
        "looks at the count at one moment, in an order left to chance: here half a cycle later",
        (
            Edit(
                f"reg [7:0] data [0:9] = {_RING};",
                "reg [7:0] data [0:9]; reg [79:0] flat; integer k; initial begin "
                f"flat = {_RING}; for (k = 0; k < 10; k = k + 1) data[k] = flat[79 - 8 * k -: 8]; end",
            ),
            Edit("always @(posedge clk) begin\n        if (i == 9)", "always @(negedge clk) begin\n        if (i == 9)"),
        ),
    ),
    Patch(
        "rtllm",
        "ring_counter",
        "erratum",
        "it says that a design passed after saying where it failed: here only where it did not fail",
        (
            Edit("reg [3:0] i;", "reg [3:0] i; reg failed = 0;"),
            Edit('$display("Failed at', 'failed = 1; $display("Failed at'),
            Edit("if (i == 9) begin\n            $display", "if (i == 9) begin\n            if (!failed) $display"),
        ),
    ),
)  # fmt: skip


def patched(
    benchmark: str, task: str, testbench: str, reference: str, errata: bool
) -> tuple[str, str, tuple[str, ...]]:
    """Testbench and reference with the edits that apply, and why each was made (`kind: cause`).

    Args:
        errata: also correct the benchmark's own mistakes.
    """
    causes = []
    for patch in PATCHES:
        if not benchmark.startswith(patch.benchmark) or not re.fullmatch(patch.task, task):
            continue
        if patch.kind == "erratum" and not errata:
            continue
        bench, golden = _edited(testbench, patch.edits), _edited(reference, patch.reference)
        if bench is not None and golden is not None:
            testbench, reference = bench, golden
            causes.append(f"{patch.kind}: {patch.cause}")
    return testbench, reference, tuple(causes)


def _edited(text: str, edits: tuple[Edit, ...]) -> str | None:
    """The text with all edits, or None where one does not apply."""
    for edit in edits:
        found = text.count(edit.old)
        if found != (edit.times or found) or not found:
            return None
        text = text.replace(edit.old, edit.new)
    return text
