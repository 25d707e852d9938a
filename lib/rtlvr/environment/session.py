"""One model at one task: a specification and a hidden golden, and what it may ask on its way to a design.

`compile` and `simulate` are about the model's own design; the golden is not there when they run. `check` is a verdict with
its counterexample, and there are few of them. An answer never holds more of the golden than its ports and the values of
its outputs.

A bad argument, a wrong design and a spent budget are answers. Tools that fail raise `InfrastructureError`, whose text
says nothing of the golden, and so does `reward` then: a failure of ours is never a wrong answer.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rtlvr.environment.alone import compiled, simulated
from rtlvr.environment.answers import Answer, CheckAnswer, CompileAnswer, SimulateAnswer, checked
from rtlvr.environment.steps import MOST_STEPS
from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.hdl.source import MAX_RAW_BYTES
from rtlvr.policy.answer import last_block
from rtlvr.records import Problem, Record
from rtlvr.verify import Stimuli, Verdict
from rtlvr.verify.protocol import Bench

_log = logging.getLogger(__name__)
_FAILED = "the tools failed, which says nothing of the design"
_MOST_VALUE = 10_000  # bits of a number, or characters of a text
_MOST_ARGUMENTS = 4 * MAX_RAW_BYTES  # bytes of JSON
Result = TypeVar("Result")


class Budget(Record):
    """How much a model may ask: verdicts, and calls of `compile` and `simulate` together."""

    checks: int = 3
    tries: int = 20


class Session:
    """A model's way to a design.

    Args:
        problem: the task; its golden stays here.
        bench: the workers.
        budget: what may be asked.
        accept_unproved: pay also for what simulation could not tell from the golden and nothing proved.
    """

    def __init__(
        self, problem: Problem, bench: Bench, budget: Budget | None = None, accept_unproved: bool = True
    ) -> None:
        self._problem, self._bench, self._accept_unproved = problem, bench, accept_unproved
        budget = budget or Budget()
        self.checks_left, self.tries_left = budget.checks, budget.tries
        self._earned, self._failed = 0.0, False
        self._lock = threading.Lock()  # of what is left: a model may call several tools at once

    @property
    def specification(self) -> str:
        """What the model is asked for."""
        return self._problem.prompt

    @property
    def reward(self) -> float:
        """1 if some design that was checked is right, else 0.

        Raises:
            InfrastructureError: none is right, and for one of them our tools failed.
        """
        if self._failed and not self._earned:
            raise InfrastructureError(_FAILED)
        return self._earned

    def compile(self, code: str) -> CompileAnswer:
        """Whether a design compiles, and what its ports are."""
        if refused := self._refused(code) or self._spend_try():
            return CompileAnswer(ok=False, problem=refused)
        return self._alone(CompileAnswer, lambda: self._bench.apply(compiled, code))

    def simulate(self, code: str, steps: list[dict[str, int]]) -> SimulateAnswer:
        """A design's own outputs after each step; see `rtlvr.environment.steps`."""
        if refused := self._refused(code) or _refused_steps(steps) or self._spend_try():
            return SimulateAnswer(ok=False, problem=refused)
        return self._alone(SimulateAnswer, lambda: self._bench.apply(simulated, code, steps))

    def check(self, code: str) -> CheckAnswer:
        """The verdict on a design, with a counterexample where it is wrong; one less is left."""
        if refused := self._refused(code):
            return CheckAnswer(ok=False, problem=refused, checks_left=self.checks_left)
        if not self._spend("checks_left"):
            return CheckAnswer(ok=False, problem="got a check, and none is left; give the final design")
        try:
            verdict = self.judge(code)
        except InfrastructureError:
            with self._lock:
                self.checks_left += 1
            raise
        return checked(verdict, self.checks_left)

    def judge(self, code: str) -> Verdict:
        """The verdict itself, for whoever trains the model: it is paid, costs nothing of the budget and is not shown.

        Raises:
            InfrastructureError: the golden cannot be judged, or our tools failed.
        """
        verdict = self._ours(lambda: self._bench.verify(self._problem.golden, code, Stimuli()))
        if verdict.equivalent and (verdict.proved or self._accept_unproved):
            self._earned = 1.0
        return verdict

    def finish(self, text: str) -> float:
        """Judge the last ```verilog block of a final answer, if there is one; returns the reward."""
        code = last_block(text)
        if code is not None and not self._earned and not self._refused(code):
            self.judge(code)
        return self.reward

    def call(self, name: str, arguments: object) -> str:
        """A tool by its name; `arguments` are a mapping or JSON. The answer, or what is wrong with the call, as JSON."""
        tools: dict[str, tuple[Callable[..., Answer], tuple[str, ...]]] = {
            "compile": (self.compile, ("code",)),
            "simulate": (self.simulate, ("code", "steps")),
            "check": (self.check, ("code",)),
        }
        if not isinstance(name, str) or name not in tools:
            return _no(f"got tool {str(name)[:40]!r}; allowed: {', '.join(tools)}")
        tool, wanted = tools[name]
        given = _mapping(arguments)
        if given is None or set(given) != set(wanted):
            return _no(f"{name} takes an object with {' and '.join(wanted)}, and nothing else")
        return tool(**given).text()

    def _refused(self, code: object) -> str | None:
        if not isinstance(code, str):
            return f"got code of type {type(code).__name__}; allowed: a text"
        size = len(code.encode("utf-8", "surrogatepass"))
        return f"got {size} bytes of code; allowed: {MAX_RAW_BYTES}" if size > MAX_RAW_BYTES else None

    def _spend_try(self) -> str | None:
        if not self._spend("tries_left"):
            return "got a call of compile or simulate, and none is left; use check, or give the final design"
        return None

    def _spend(self, name: str) -> bool:
        """Take one of what is left; whether there was one."""
        with self._lock:
            left = getattr(self, name)
            setattr(self, name, max(0, left - 1))
        return bool(left > 0)

    def _alone(self, kind: Callable[..., Result], work: Callable[[], dict[str, Any]]) -> Result:
        """What a tool says of a design alone; what is wrong with it is an answer."""
        try:
            fields = self._run(work)
        except DesignError as error:
            return kind(ok=False, problem=str(error)[:500], cause=error.cause)
        return kind(ok="problem" not in fields, **fields)

    def _ours(self, work: Callable[[], Result]) -> Result:
        """A verdict; that the golden cannot be judged is a failure of ours, and its text stays here."""
        try:
            return self._run(work)
        except DesignError as error:
            self._fail(error)
            raise InfrastructureError(f"the golden of {self._problem.id} cannot be judged: {error.cause}") from None

    def _run(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except InfrastructureError as error:
            self._fail(error)
            raise InfrastructureError(_FAILED) from None

    def _fail(self, error: Exception) -> None:
        self._failed = True
        _log.error("problem %s: %s", self._problem.id, error)


def _refused_steps(steps: object) -> str | None:
    """What is wrong with the steps, whatever the design is; None where nothing is."""
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        return f'steps are a list of 1 to {MOST_STEPS} objects, each with values of inputs, such as {{"a": 5}}'
    for step in steps:
        if not isinstance(step, dict) or not all(isinstance(name, str) for name in step):
            return 'a step is an object with values of inputs, such as {"a": 5}'
        if bad := [v for v in step.values() if isinstance(v, bool) or not isinstance(v, int | str)]:
            return f'got a value of type {type(bad[0]).__name__}; allowed: a number, or a text such as "0b101"'
        if any(_length(value) > _MOST_VALUE for value in step.values()):
            return f"got a value that is longer than {_MOST_VALUE} bits or characters"
    return None


def _length(value: int | str) -> int:
    return len(value) if isinstance(value, str) else value.bit_length()


def _mapping(arguments: object) -> Mapping[str, Any] | None:
    """The arguments of a call; None where they are none."""
    if isinstance(arguments, str | bytes):
        try:
            arguments = json.loads(arguments) if len(arguments) <= _MOST_ARGUMENTS else None
        except (ValueError, RecursionError):
            return None
    return arguments if isinstance(arguments, Mapping) else None


def _no(problem: str) -> str:
    return Answer(ok=False, problem=problem).text()
