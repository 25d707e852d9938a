"""Judging by a benchmark's own testbench, so that a candidate cannot forge or peek.

Upstream prints the verdict on an output that the candidate shares, and gives fixed names to the testbench, the reference
and their instances. Here every module, instance, task, block and record of the testbench gets a random name, and its
verdict lines a random prefix, before the candidate, compiled last, meets it. A candidate is screened first like any
other, so `$finish`, files, `force` and `$root` are not available to it; what it prints proves nothing. Switches that
conduct both ways are refused too: through its own inputs they would drive those of the reference.

Not guaranteed: that an official testbench tests much. `rtlvr.verify` answers another question, and a stronger one.
"""

import re
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import Literal

from rtlvr.evaluate.task import Task
from rtlvr.hdl.source import module_names, screen, strip_comments
from rtlvr.progress import progress
from rtlvr.verify.pool import shared_pool
from rtlvr.verify.protocol import verdict_of
from rtlvr.verify.sandbox import run, scratch, tool
from rtlvr.verify.verdict import Limits

LIMITS = Limits(cpu_seconds=30, wall_seconds=120.0, file_mb=8)
_PIECE = re.compile(r'(?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*")|(?P<word>[A-Za-z_][\w$]*)', re.DOTALL)
_INSTANCE = re.compile(r"\b([A-Za-z_]\w*)\s*(?:#\s*\([^;]*?\)\s*)?\b([A-Za-z_]\w*)\s*\((?=\s*[.)*A-Za-z_])")
_OTHER_SCOPES = (
    r"\b(?:task|function)\b(?:\s+(?:automatic|static|void|integer|signed|\[[^\]]*\]))*\s+(\w+)",
    r"\bbegin\s*:\s*(\w+)",
    r"\bstats\s+(\w+)\s*;",
)
_BOTH_WAYS = re.compile(r"(?<![\w$\\])(?:r?tran(?:if[01])?|alias)(?![\w$])", re.ASCII)
_FINISH = re.compile(r"\$finish\s*(?:\(\s*\d*\s*\))?\s*;")
_END = "the testbench ends here"
# By the verifier's cause, the class of what it calls invalid; all other causes are of what no candidate may use.
_INVALID: dict[str, "OutcomeKind"] = {
    "syntax": "syntax", "missing_module": "syntax", "interface": "interface", "no_top": "interface", "format": "empty"
}  # fmt: skip
OutcomeKind = Literal["passed", "empty", "refused", "syntax", "interface", "endless", "wrong", "undecided"]


@dataclass(frozen=True)
class OfficialOutcome:
    """What became of a candidate under an official testbench.

    `kind` is `passed`, or the class of its failure: `empty` (no module in it), `refused` (a construct that no candidate may
    use), `syntax` (it does not compile by itself), `interface` (it does, but not with the testbench), `endless` (its
    simulation, or compiling it, exceeds the limits), `wrong` (the testbench saw a mismatch, or never said that it passes),
    `undecided` (the verifier judges, and can say neither).
    """

    kind: OutcomeKind
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the testbench said so."""
        return self.kind == "passed"

    @property
    def status(self) -> str:
        """`passed`, `failed`, or `invalid`: it never came to a simulation."""
        return {"passed": "passed", "wrong": "failed", "endless": "failed", "undecided": "failed"}.get(
            self.kind, "invalid"
        )


def judge(task: Task, code: str, limits: Limits = LIMITS) -> OfficialOutcome:
    """Run the official testbench on `code`; where the benchmark has none, ask the verifier.

    Raises:
        InfrastructureError: our own tools failed.
    """
    if task.style == "equivalence":
        return by_verifier(task, code)
    if problem := screen(code) or _conducts(code):
        return OfficialOutcome("refused", problem)
    if not module_names(code):
        return OfficialOutcome("empty", "there is no module in it")
    if task.top not in module_names(code):
        return _uncompiled(code, limits, f"there is no module {task.top} in it")
    return _simulate(task, code, limits)


def by_verifier(task: Task, code: str) -> OfficialOutcome:
    """The verdict of the verifier on `code` beside the reference, as an outcome.

    Raises:
        InfrastructureError: our own tools failed.
    """
    if not code.strip():
        return OfficialOutcome("empty", "there is no module in it")
    if task.around and task.asked not in module_names(code):
        return OfficialOutcome("interface", f"there is no module {task.asked} in it")
    verdict = verdict_of(shared_pool(), (task.reference, code, task.top, task.top))
    kinds: dict[str, OutcomeKind] = {"equivalent": "passed", "inequivalent": "wrong", "undecided": "undecided"}
    return OfficialOutcome(kinds.get(verdict.status) or _INVALID.get(verdict.cause or "", "refused"), verdict.reason)


def complaint(code: str, limits: Limits = LIMITS) -> str:
    """What the compiler has against a design alone, without any testbench; nothing where it takes it."""
    if not module_names(code):
        return "there is no module in it"
    return _uncompiled(code, limits, "").reason


def _uncompiled(code: str, limits: Limits, reason: str) -> OfficialOutcome:
    """`interface` or `syntax`, by whether `code` compiles alone."""
    with scratch() as folder:
        (folder / "design.sv").write_text(code, encoding="utf-8")
        compiled = run([tool("iverilog"), "-g2012", "-t", "null", "design.sv"], folder, limits)
    if compiled.exhausted:
        return _endless("compiling it")
    if compiled.code == 0:
        return OfficialOutcome("interface", reason)
    return OfficialOutcome("syntax", f"it does not compile: {_first_error(compiled.output)}")


def _endless(what: str) -> OfficialOutcome:
    return OfficialOutcome("endless", f"{what} does not end within the limits of time and memory")


def _conducts(code: str) -> str | None:
    found = _BOTH_WAYS.search(strip_comments(code))
    return f"the construct {found.group()}, which conducts both ways, is not allowed" if found else None


def _simulate(task: Task, code: str, limits: Limits) -> OfficialOutcome:
    harness, names, nonce = disguise(task)
    with scratch() as folder:
        for name, text in task.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "harness.sv").write_text(harness, encoding="utf-8")
        (folder / "design.sv").write_text(f"`resetall\n{_timescale(harness)}\n{code}\n", encoding="utf-8")
        roots = [word for name in _roots(task) for word in ("-s", names[name])]
        command = [tool("iverilog"), "-g2012", *roots, "-o", "sim", "harness.sv", "design.sv"]
        compiled = run(command, folder, limits)
        if compiled.exhausted:
            return _endless("compiling it")
        if compiled.code != 0 or not (folder / "sim").exists():
            return _uncompiled(code, limits, f"it does not compile with the testbench: {_first_error(compiled.output)}")
        for name in ("harness.sv", "design.sv"):
            (folder / name).unlink()
        finished = run([tool("vvp"), "-n", "sim"], folder, limits)
    if finished.exhausted:
        return _endless("its simulation")
    return _read(task, finished.output, nonce)


def disguise(task: Task) -> tuple[str, dict[str, str], str]:
    """The testbench under random names, the names, and the prefix of its verdict lines.

    VerilogEval prints its count whenever the simulation ends; there, the testbench also says that it was what ended it.
    """
    nonce = secrets.token_hex(12)
    text = re.sub(r"\$dump\w+\s*(\([^;]*\))?\s*;", ";", task.testbench)
    names = {name: f"h{secrets.token_hex(6)}" for name in sorted(_scopes(task, text))}

    def piece(match: re.Match[str]) -> str:
        if match["skip"]:
            return _marked(match["skip"], nonce)
        before = text[: match.start()].rstrip()[-1:]
        return match["word"] if before in ("`", "$", ".") else names.get(match["word"], match["word"])

    hidden = _PIECE.sub(piece, text)
    if task.style == "verilog-eval":
        hidden = _FINISH.sub(f'begin $display("{nonce} {_END}"); $finish; end', hidden)
    return hidden, names, nonce


def _marked(text: str, nonce: str) -> str:
    verdict = re.search(r"mismatches:|pass", text, re.IGNORECASE)
    return f'"{nonce} {text[1:]}' if text.startswith('"') and verdict else text


def _scopes(task: Task, text: str) -> set[str]:
    """Names of the testbench that a candidate might use to reach into it; ports keep theirs."""
    code = strip_comments(text)
    names = set(module_names(text)) - {task.top}
    known = names | {task.top}
    names |= {m[2] for m in _INSTANCE.finditer(code) if m[1] in known}
    for pattern in _OTHER_SCOPES:
        names |= set(re.findall(pattern, code))
    return {name for name in names if not re.search(rf"\.\s*{name}\b", code)}


def _roots(task: Task) -> list[str]:
    """Modules of the testbench that nothing in it instantiates."""
    code = strip_comments(task.testbench)
    used = {m[1] for m in _INSTANCE.finditer(code)}
    return [name for name in module_names(task.testbench) if name not in used]


def _timescale(text: str) -> str:
    found = re.search(r"`timescale[^\n]*", text)
    return found.group() if found else ""


def _first_error(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    wanted = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
    return wanted[0][:300]


def _read(task: Task, output: str, nonce: str) -> OfficialOutcome:
    said = [line.split(nonce, 1)[1].strip() for line in output.splitlines() if nonce in line]
    if task.style == "verilog-eval":
        counts = [re.match(r"Mismatches:\s*(\d+)\s+in\s+(\d+)", line) for line in said]
        found = next((m for m in counts if m), None)
        if found is None:
            return OfficialOutcome("wrong", "the testbench gave no verdict")
        if _END not in said:
            return OfficialOutcome("wrong", "the simulation ended before the testbench did")
        wrong, samples = int(found[1]), int(found[2])
        passed = wrong == 0 and samples > 0
        return OfficialOutcome("passed" if passed else "wrong", f"{wrong} mismatches in {samples} samples")
    if said:
        return OfficialOutcome("passed", said[-1].strip("= "))
    lines = [line.strip("= ") for line in output.splitlines() if line.strip()]
    return OfficialOutcome("wrong", lines[-1][:200] if lines else "the testbench printed no verdict")


def judge_all(
    pairs: Sequence[tuple[Task, str]],
    jobs: int = 0,
    limits: Limits = LIMITS,
) -> list[OfficialOutcome]:
    """Outcomes of (task, code) pairs in order; equal pairs are judged once."""
    distinct = list(dict.fromkeys((task.benchmark, task.id, code) for task, code in pairs))
    tasks = {(task.benchmark, task.id): task for task, _ in pairs}
    with ThreadPoolExecutor(jobs or cpu_count() or 1, "official") as threads:
        outcomes = threads.map(lambda key: judge(tasks[key[:2]], key[2], limits), distinct)
        shown = progress(outcomes, "their own testbenches", len(distinct), unit="answer")
        known = dict(zip(distinct, shown, strict=True))
    return [known[task.benchmark, task.id, code] for task, code in pairs]
