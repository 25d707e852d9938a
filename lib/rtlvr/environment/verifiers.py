"""The environment for `verifiers` (its `v1` interface): a taskset, and a tool server per rollout.

Problems are JSON lines of `rtlvr.records.Problem` in a file that only the tool server reads: a task's data, which traces
record, have its id and its specification. The file's name, and what may be asked, are in `taskset.task.tools`.
A taskset is found by the name of a top-level module: write one that imports `VerilogTaskset` and names it in `__all__`.
"""

import asyncio
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import verifiers.v1 as vf

from rtlvr.environment.session import Budget, Session
from rtlvr.errors import ParameterError
from rtlvr.records import Problem, read_jsonl
from rtlvr.verify.pool import Pool

_SYSTEM = (
    "You design hardware. Write the Verilog module that is asked for. The tools compile and simulate your own design; check "
    "judges it, a few times only. Go on until check says that it is right."
)


class VerilogState(vf.State):
    """What a rollout has earned; `failed`: our tools failed, which says nothing of the model."""

    earned: float = 0.0
    failed: bool = False


class VerilogToolsetConfig(vf.ToolsetConfig):
    """The file of problems, and what may be asked."""

    problems: Path = Path("problems.jsonl")
    checks: int = 3
    tries: int = 20


class VerilogTaskConfig(vf.TaskConfig):
    """The tools' settings."""

    tools: VerilogToolsetConfig = VerilogToolsetConfig()


class VerilogTasksetConfig(vf.TasksetConfig):
    """The taskset's settings."""

    task: VerilogTaskConfig = VerilogTaskConfig()


class VerilogToolset(vf.Toolset[VerilogToolsetConfig, VerilogState]):
    """The tools, in a process of their own that the model's harness reaches by MCP."""

    TOOL_PREFIX = None

    async def setup_task(self, task: vf.TaskData) -> None:
        """Begin with a task."""
        budget = Budget(checks=self.config.checks, tries=self.config.tries)
        self._session = Session(_problem(self.config.problems, task.id or ""), _bench(), budget)

    @vf.tool
    async def compile(self, code: str) -> str:
        """Compile a Verilog module, and tell its ports or what is wrong with it."""
        return await asyncio.to_thread(self._session.call, "compile", {"code": code})

    @vf.tool
    async def simulate(self, code: str, steps: list[dict[str, int]]) -> str:
        """Simulate a Verilog module on inputs of your choice: each step gives values to inputs by name; others keep theirs,
        zero at first. A clock that no step names ticks once in each step."""
        return await asyncio.to_thread(self._session.call, "simulate", {"code": code, "steps": steps})

    @vf.tool
    async def check(self, code: str) -> str:
        """Judge a Verilog module against the specification; a counterexample shows what is wrong. Only a few are allowed."""
        self.state.failed = True  # unless a verdict comes
        answer = await asyncio.to_thread(self._session.call, "check", {"code": code})
        self.state.earned, self.state.failed = self._session.reward, False
        return answer


class VerilogData(vf.TaskData):
    """A problem's id and specification."""


class VerilogTask(vf.Task[VerilogData, VerilogState, VerilogTaskConfig]):
    """A problem; its golden is with the tools."""

    @vf.reward
    async def equivalence(self, trace: vf.Trace) -> float:
        """1 if a design that was checked is right. Raises RuntimeError where our tools failed."""
        if trace.state.failed and not trace.state.earned:
            raise RuntimeError("the verifier failed, which says nothing of the design")
        return float(trace.state.earned)

    @classmethod
    def toolsets(cls, config: VerilogTaskConfig) -> list[vf.Toolset]:
        """The tool server."""
        return [VerilogToolset(config.tools)]


class VerilogTaskset(vf.Taskset[VerilogTask, VerilogTasksetConfig]):
    """All problems of a file."""

    def load(self) -> Iterator[VerilogTask]:
        """The tasks, in the file's order."""
        for problem in read_jsonl(self.config.task.tools.problems, Problem):
            data = VerilogData(id=problem.id, prompt=problem.prompt, system_prompt=_SYSTEM)
            yield VerilogTask(data, self.config.task)


def _problem(path: Path, name: str) -> Problem:
    for problem in read_jsonl(path, Problem):
        if problem.id == name:
            return problem
    raise ParameterError(f"got problem {name[:80]!r}, which is not in {path}")


@cache
def _bench() -> Pool:
    return Pool(1, mode="hybrid")
