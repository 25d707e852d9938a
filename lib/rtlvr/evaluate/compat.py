"""Edits to the benchmarks' own text, applied when a task is read: what keeps a right answer from passing, and only that.

There are two kinds. A `simulator` patch rewrites what Icarus Verilog 11 does not take as something equivalent that it
takes; it changes no verdict of a simulator that takes the original. An `erratum` mends a fault of the testbench itself,
so it may change a verdict: scores are given with errata (corrected) and without (original), over the same tasks.

An edit names the text it expects and how often. Where upstream's text is another, the whole patch is left out and the
task says so. Patches belong to a task, never to an answer: every candidate meets the same testbench.

After the patches no reference fails its own testbench. Without errata five do: see `FAIL_AS_PUBLISHED`.
"""

from dataclasses import dataclass
from typing import Literal

V1, SPEC, COMPLETE = "verilog-eval-v1-human", "verilog-eval-v2-spec", "verilog-eval-v2-complete"
RTLLM_1, RTLLM_2 = "rtllm-v1.1", "rtllm-v2.0"
PatchKind = Literal["simulator", "erratum"]
_LIKE = {
    "rtllm-v2.1": RTLLM_2
}  # a later version takes the patches of the earlier one, where its text is still the same


@dataclass(frozen=True)
class TextEdit:
    """`old`, found exactly `times` times, becomes `new`."""

    old: str
    new: str
    times: int = 1

    def fits(self, text: str) -> bool:
        """Whether `text` is what the edit was written for."""
        return text.count(self.old) == self.times


@dataclass(frozen=True)
class Patch:
    """Edits to the testbench of some tasks (benchmark, id); with `answer`, to the reference as an answer as well."""

    tasks: tuple[tuple[str, str], ...]
    kind: PatchKind
    cause: str
    edits: tuple[TextEdit, ...]
    answer: bool = False

    @property
    def label(self) -> str:
        """How records name it."""
        return f"{self.kind}: {self.cause}"

    def fits(self, text: str) -> bool:
        """Whether every edit finds what it expects."""
        return all(edit.fits(text) for edit in self.edits)

    def edited(self, text: str) -> str:
        """`text` after the edits."""
        for edit in self.edits:
            text = text.replace(edit.old, edit.new)
        return text


@dataclass(frozen=True)
class Patched:
    """A task's text after its patches: the labels of those applied, and of those whose expected text is not there."""

    testbench: str
    reference: str
    applied: tuple[str, ...]
    skipped: tuple[str, ...]


PATCHES = (
    Patch(
        tasks=(
            (V1, "review2015_fsm"),
            (V1, "review2015_fancytimer"),
            (SPEC, "Prob151_review2015_fsm"),
            (SPEC, "Prob156_review2015_fancytimer"),
            (COMPLETE, "Prob151_review2015_fsm"),
            (COMPLETE, "Prob156_review2015_fancytimer"),
        ),
        kind="simulator",
        cause="Icarus 11 has no casts to an enumeration; the state is a plain vector of the same four bits instead",
        edits=(TextEdit("States'(", "(", times=7), TextEdit("States state, next;", "logic [3:0] state, next;")),
        answer=True,
    ),
    Patch(
        tasks=((RTLLM_1, "asyn_fifo"), (RTLLM_2, "asyn_fifo")),
        kind="simulator",
        cause="Icarus 11 has no `break`; a named block is disabled instead",
        edits=(
            TextEdit("initial begin\n  repeat (17)", "initial begin : filling\n  repeat (17)"),
            TextEdit("break;", "disable filling;"),
        ),
    ),
    Patch(
        tasks=((RTLLM_1, "div_16bit"),),
        kind="simulator",
        cause="Icarus refuses a variable that is declared twice alike; the second declaration is dropped",
        edits=(
            TextEdit(
                "expected_result; \ninteger error = 0; \nreg [15:0] expected_result;",
                "expected_result; \ninteger error = 0;",
            ),
        ),
    ),
    Patch(
        tasks=((RTLLM_2, "ring_counter"),),
        kind="simulator",
        cause="Icarus 11 has no initial values of unpacked arrays; the array is packed, with the same words in place",
        edits=(TextEdit("reg [7:0] data [0:9] =", "reg [0:9][7:0] data ="),),
    ),
    Patch(
        tasks=((RTLLM_2, "ring_counter"),),
        kind="erratum",
        cause="the testbench reports mismatches and then says `passed` whatever there were; they now decide",
        # The first comparison comes with the first edge, under reset: it asks for the start value there already.
        edits=(
            TextEdit("reg [3:0] i;", "reg [3:0] i;\n    integer error = 0;"),
            TextEdit("// $finish;", "error = error + 1;"),
            TextEdit('$display("=========== Your', 'if (error == 0) $display("=========== Your'),
        ),
    ),
    Patch(
        tasks=((RTLLM_2, "ring_counter"),),
        kind="erratum",
        cause="the verdict reads the index at the edge at which another process counts it up; now at the falling edge",
        edits=(
            TextEdit(
                "always @(posedge clk) begin\n        if (i == 9)", "always @(negedge clk) begin\n        if (i == 9)"
            ),
        ),
    ),
    Patch(
        tasks=((SPEC, "Prob099_m2014_q6c"),),
        kind="erratum",
        cause="the testbench connects ports Y2 and Y4, which prompt and reference call Y1 and Y3",
        edits=(TextEdit(".Y2(", ".Y1(", times=2), TextEdit(".Y4(", ".Y3(", times=2)),
    ),
    Patch(
        tasks=((RTLLM_1, "radix2_div"), (RTLLM_2, "radix2_div")),
        kind="erratum",
        cause="from the second operation on inputs change at the clock edge that samples them; now 1 ps before that edge",
        edits=(TextEdit("wait(res_valid);\n            #10;", "wait(res_valid);\n            #9.999;"),),
    ),
    Patch(
        tasks=((RTLLM_2, "clkgenerator"),),
        kind="erratum",
        cause="the clock is read at the very time it toggles, and in no stated unit; now 1 ps before, in nanoseconds",
        edits=(
            TextEdit("module clkgenerator_tb;", "`timescale 1ns/1ps\nmodule clkgenerator_tb;"),
            TextEdit("#5;", "#4.999;"),
            TextEdit("res = res + 1;", "res = res + 1;\n            #0.001;"),
        ),
    ),
)
# References that fail their own testbench as published, after simulator patches alone: their errata tell the cause.
FAIL_AS_PUBLISHED = (
    (SPEC, "Prob099_m2014_q6c"),
    (RTLLM_1, "radix2_div"),
    (RTLLM_2, "radix2_div"),
    (RTLLM_2, "clkgenerator"),
    (RTLLM_2, "ring_counter"),
)


def patched(benchmark: str, task: str, testbench: str, reference: str, errata: bool = True) -> Patched:
    """The text of a task after its patches; without `errata`, after those of kind `simulator` alone."""
    applied, skipped, benchmark = [], [], _LIKE.get(benchmark, benchmark)
    for patch in PATCHES:
        if (benchmark, task) not in patch.tasks or (patch.kind == "erratum" and not errata):
            continue
        if not patch.fits(testbench):
            skipped.append(patch.label)
            continue
        testbench = patch.edited(testbench)
        if patch.answer and patch.fits(reference):
            reference = patch.edited(reference)
        applied.append(patch.label)
    return Patched(testbench, reference, tuple(applied), tuple(skipped))
