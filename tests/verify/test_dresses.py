"""Thirty dresses on forty goldens: what does not change a design changes no verdict."""

import random
import re
from collections.abc import Callable
from itertools import islice

import pytest

from rtlvr.data.corpus import seed_corpus
from rtlvr.hdl.mutate import mutants
from rtlvr.hdl.syntax import tokens
from rtlvr.records import Golden
from rtlvr.verify import Pool, Stimuli

pytestmark = pytest.mark.tools
STIMULI = Stimuli(sequences=2, cycles=16)
GOLDENS = seed_corpus()[::5][:40]
BENCH = '\nmodule dress_bench; reg a; initial begin #10 a = $random; $dumpfile("x"); $finish; end endmodule\n'
SPARE = '\nmodule dress_spare(input a, output b); assign #5 b = a; initial $system("x"); endmodule\n'
MACRO = "`define DRESS_ASSERT(name, what) a_``name: assert property (what)\n"


def spaced(blank: str) -> Callable[[str], str]:
    """Every token apart from the next by `blank`; numbers, which may be of several tokens, stay as they are."""

    def dress(text: str) -> str:
        kept = re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
        lines = [line for line in kept.splitlines() if line.strip()]
        return "\n".join(line if line.lstrip().startswith("`") else blank.join(_words(line)) for line in lines) + "\n"

    return dress


def _words(line: str) -> list[str]:
    joined: list[str] = []
    for token in tokens(line):
        escaped = token.startswith("\\")
        if joined and (re.match(r"'[sS]?[bodhBODH]", token) or re.fullmatch(r".*'[sS]?[bodhBODH]", joined[-1])):
            joined[-1] += token
        else:
            joined.append(token + " " if escaped else token)
    return joined


def ported(text: str) -> str:
    """The ports of an ANSI header in reverse order, where each says all of itself."""
    head = re.search(r"\bmodule\s+\w+\s*\(([^()]*)\)\s*;", text)
    if head is None or not head[1].strip():
        return text
    ports = [part.strip() for part in re.sub(r"//[^\n]*", "", head[1]).split(",")]
    if not all(re.match(r"(?:input|output)\b", port) for port in ports):
        return text
    return text[: head.start(1)] + ", ".join(reversed(ports)) + text[head.end(1) :]


def old_header(text: str) -> str:
    """An ANSI header as Verilog-1995 has it."""
    head = re.search(r"\bmodule\s+(\w+)\s*\(([^()]*)\)\s*;", text)
    if head is None:
        return text
    ports = [part.strip() for part in re.sub(r"//[^\n]*", "", head[2]).split(",")]
    if not all(re.match(r"(?:input|output)\b", port) for port in ports):
        return text
    names = ", ".join(re.findall(r"(\w+)\s*$", port)[0] for port in ports)
    declared = "".join(f"  {port};\n" for port in ports)
    return text[: head.start()] + f"module {head[1]}({names});\n{declared}" + text[head.end() :]


def inside(line: str) -> Callable[[str], str]:
    """`line` before the last `endmodule`."""

    def dress(text: str) -> str:
        at = text.rindex("endmodule")
        return f"{text[:at]}\n{line}\n{text[at:]}"

    return dress


DRESSES: dict[str, Callable[[str], str]] = {
    "blanks": spaced(" "),
    "many blanks": spaced("    "),
    "tabs": spaced("\t"),
    "a line for each token": spaced("\n"),
    "form feeds": spaced(" \f "),
    "a comment between any two tokens": spaced(" /* ; endmodule */ "),
    "a line comment between any two tokens": spaced(" // module x(\n"),
    "CR LF": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "blank lines": lambda text: text.replace("\n", "\n\n\n"),
    "no last line end": lambda text: text.rstrip(),
    "byte order mark": lambda text: "\ufeff" + text,
    "a notice": lambda text: "/* Copyright © Ünïcode 文字 */\n" + text,
    "a long comment": lambda text: text + "// " + "x" * 300_000 + "\n",
    "a comment with code": lambda text: '// `include "x" $system("x"); #5 force bind\n' + text,
    "translate_off": inside('// synopsys translate_off\ninitial $display("x");\n// synopsys translate_on'),
    "inactive text": lambda text: '`ifdef FORMAL\n$past(1) `include "x" (\n`endif\n' + text,
    "inactive text inside": inside("`ifdef FORMAL\n always @* assert ($past(1) == f(``x));\n`endif"),
    "text for another tool": inside(
        "`ifdef __ICARUS__\n broken (\n`elsif YOSYS\n broken (\n`elsif VERILATOR\n broken (\n`endif"
    ),
    "an unused macro": lambda text: MACRO + text,
    "a timescale": lambda text: "`timescale 1ns / 1ps\n`resetall\n" + text,
    "a line directive": lambda text: '`line 1 "other.v" 0\n' + text,
    "a spare module before": lambda text: SPARE + text,
    "a spare module after": lambda text: text + SPARE,
    "a test bench before": lambda text: BENCH + text,
    "a test bench after": lambda text: text + BENCH,
    "printing": inside('initial begin $display("%m ; endmodule"); $dumpvars; end'),
    "an attribute": lambda text: text.replace("endmodule", "endmodule\n", 1).replace(
        "module", "(* keep, top *) module", 1
    ),
    "a final block": inside('final $display("bye");'),
    "ports in another order": ported,
    "an old header": old_header,
}


@pytest.fixture(scope="module")
def workers():
    made = Pool(2, mode="hybrid")
    yield made
    made.close()


def _wrong(golden: Golden) -> str:
    return next(islice(mutants(golden.code, random.Random(golden.id)), 1)).code


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.id)
def test_no_dress_changes_a_verdict(workers: Pool, golden: Golden) -> None:
    for candidate in (golden.code, _wrong(golden)):
        plain = workers.verify(golden.code, candidate, STIMULI, golden.top, golden.top)
        dressed = [(name, dress(candidate)) for name, dress in DRESSES.items()]
        verdicts = workers.map(lambda row: workers.verify(golden.code, row[1], STIMULI, golden.top), dressed)
        changed = [
            (name, v.status, v.reason)
            for (name, _), v in zip(dressed, verdicts, strict=True)
            if v.status != plain.status
        ]
        assert not changed, (plain.status, changed)


@pytest.mark.long
@pytest.mark.parametrize("golden", GOLDENS[::4], ids=lambda golden: golden.id)
def test_no_dress_of_the_golden_changes_a_verdict(workers: Pool, golden: Golden) -> None:
    wrong = _wrong(golden)
    plain = [workers.verify(golden.code, text, STIMULI, golden.top).status for text in (golden.code, wrong)]
    for name, dress in DRESSES.items():
        found = [workers.verify(dress(golden.code), text, STIMULI, golden.top).status for text in (golden.code, wrong)]
        assert found == plain, name


def test_there_are_thirty_and_forty() -> None:
    assert len(DRESSES) == 30 and len(GOLDENS) == 40
