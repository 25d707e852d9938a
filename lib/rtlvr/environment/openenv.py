"""The environment as an OpenEnv server (`openenv-core`): reset to a problem, then steps that call tools.

`app(problems, bench)` is the FastAPI application; `uvicorn` serves it. Clients see observations and the state, which hold the
specification and the tools' answers.
"""

import random
import uuid
from collections.abc import Sequence
from typing import Any

from openenv.core.env_server import Action, Environment, Observation, State, create_app

from rtlvr.environment.session import Budget, Session
from rtlvr.errors import ParameterError
from rtlvr.records import Problem
from rtlvr.verify.protocol import Bench


class VerilogAction(Action):
    """A call of `compile`, `simulate` or `check`."""

    tool: str
    arguments: dict[str, Any]


class VerilogObservation(Observation):
    """The tool's answer as JSON; after a reset, the specification."""

    text: str


class VerilogOpenEnv(Environment):
    """One episode at a time: it is over when a design is right, or when no check is left."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, problems: Sequence[Problem], bench: Bench, budget: Budget | None = None) -> None:
        super().__init__()
        self._problems, self._bench, self._budget = problems, bench, budget
        self._session: Session | None = None
        self._state = State()

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, problem: str | None = None, **_: Any
    ) -> VerilogObservation:
        """Begin with the problem of that id, or with one that `seed` chooses."""
        self._session = Session(self._chosen(seed, problem), self._bench, self._budget)
        self._state = State(episode_id=episode_id or uuid.uuid4().hex, step_count=0)
        return VerilogObservation(text=self._session.specification)

    def step(self, action: VerilogAction, timeout_s: float | None = None, **_: Any) -> VerilogObservation:
        """Call a tool."""
        if self._session is None:
            raise ParameterError("got a step before a reset; reset first")
        text, session = self._session.call(action.tool, action.arguments), self._session
        self._state.step_count += 1
        return VerilogObservation(
            text=text, reward=session.reward, done=bool(session.reward) or not session.checks_left
        )

    @property
    def state(self) -> State:
        """The episode's id and the number of its steps."""
        return self._state

    def _chosen(self, seed: int | None, name: str | None) -> Problem:
        if name is None:
            return random.Random(seed).choice(self._problems)
        for problem in self._problems:
            if problem.id == name:
                return problem
        raise ParameterError(
            f"got problem {str(name)[:80]!r}, which is not among the {len(self._problems)} of this server"
        )


def app(problems: Sequence[Problem], bench: Bench, budget: Budget | None = None, sessions: int = 16) -> Any:
    """The application, with as many sessions at once as it says."""
    return create_app(
        lambda: VerilogOpenEnv(problems, bench, budget),
        VerilogAction,
        VerilogObservation,
        env_name="rtlvr",
        max_concurrent_envs=sessions,
    )
