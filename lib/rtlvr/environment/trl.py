"""The environment as TRL's `GRPOTrainer(environment_factory=…)` wants it.

The dataset has the columns `prompt` (messages with the specification) and `golden`. TRL makes one instance per rollout,
calls `reset` with the row, offers every public method as a tool, shows the model the text of what a tool returns or
raises, and asks `get_reward` at the end. The class is plain: nothing of TRL is imported.
"""

from collections.abc import Callable

from rtlvr.environment.session import Budget, Session
from rtlvr.records import Problem
from rtlvr.verify.protocol import Bench


class VerilogEnvironment:
    """One rollout; made by `factory`."""

    def __init__(self, bench: Bench, budget: Budget | None = None, accept_unproved: bool = True) -> None:
        self._bench, self._budget, self._accept_unproved = bench, budget, accept_unproved
        self._session: Session | None = None

    def reset(self, golden: str, id: str = "", **_: object) -> None:
        """Begin with a row of the dataset; the prompt stays as it is."""
        problem = Problem(id=id, category="", prompt="", golden=golden)
        self._session = Session(problem, self._bench, self._budget, self._accept_unproved)

    def get_reward(self) -> float:
        """1 if a design that was checked is right, else 0. Raises InfrastructureError where our tools failed."""
        return self._now.reward

    def compile(self, code: str) -> str:
        """
        Compile a Verilog module, and tell its ports or what is wrong with it.

        Args:
            code: The complete Verilog text.

        Returns:
            JSON with `ok`, and the ports or `problem`.
        """
        return self._now.compile(code).text()

    def simulate(self, code: str, steps: list[dict[str, int]]) -> str:
        """
        Simulate a Verilog module on inputs of your choice. A clock that no step names ticks once in each step.

        Args:
            code: The complete Verilog text.
            steps: Values of inputs in each step; inputs that are not named keep their value, zero at first.

        Returns:
            JSON with `ok`, and `steps` with the outputs as bits after each step, or `problem`.
        """
        return self._now.simulate(code, steps).text()

    def check(self, code: str) -> str:
        """
        Judge a Verilog module against the specification. Only a few checks are allowed.

        Args:
            code: The complete Verilog text.

        Returns:
            JSON with `ok`, `status`, a counterexample where it is wrong, and `checks_left`.
        """
        return self._now.check(code).text()

    @property
    def _now(self) -> Session:
        if self._session is None:
            raise RuntimeError("got a call before reset")
        return self._session


def factory(
    bench: Bench, budget: Budget | None = None, accept_unproved: bool = True
) -> Callable[[], VerilogEnvironment]:
    """What `GRPOTrainer(environment_factory=…)` takes."""
    return lambda: VerilogEnvironment(bench, budget, accept_unproved)
