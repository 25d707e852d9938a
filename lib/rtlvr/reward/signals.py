"""A graded reward for groups without a right answer: the share of outputs that are right (`rl.reward: signals`).

What it cannot be earned with: outputs that a design which computes nothing gets right as well (`rtlvr.reward.trivial`) do
not count. So constants, copies of inputs, their inverses, and registers of these earn nothing.
What it can be earned with: a design that computes some outputs and gives up on the others earns their share, at most `MOST`.
Only equivalence earns 1, and a group with one right answer is left as it is.
"""

from rtlvr.errors import DesignError
from rtlvr.memo import Once
from rtlvr.reward.trivial import telling
from rtlvr.verify import Stimuli
from rtlvr.verify.outputs import by_output
from rtlvr.verify.protocol import Bench
from rtlvr.verify.verdict import Mode

MOST = 0.5  # what all outputs that count earn, where the whole is not known to be right
_KEPT = 10_000  # goldens whose counting outputs are remembered


class Signals:
    """What a wrong answer earns.

    Args:
        mode: what evidence is sought.
        accept_unproved: an output also counts as right where no simulation tells it from the golden's and nothing proved it.
    """

    def __init__(self, bench: Bench, stimuli: Stimuli, mode: Mode, accept_unproved: bool = True) -> None:
        self._bench, self._stimuli, self._mode, self._accept_unproved = bench, stimuli, mode, accept_unproved
        self._counting: Once[str, frozenset[str]] = Once(most=_KEPT)

    def earned(self, golden: str, code: str) -> float:
        """From 0 to `MOST`: the share of the outputs that count in which the code is right.

        Raises:
            InfrastructureError: our tools failed.
        """
        counting = self.counting(golden)
        if not counting:
            return 0.0
        row = (golden, code, None, None)
        verdict = self._bench.verify(golden, code, self._stimuli, mode=self._mode)
        parts = by_output(self._bench, row, verdict, self._stimuli, self._mode).by_output
        right = {one.name for one in parts if one.status == "equivalent" and (one.proved or self._accept_unproved)}
        return MOST * len(right & counting) / len(counting)

    def counting(self, golden: str) -> frozenset[str]:
        """The outputs of a golden that count: those that are not trivial; none where the golden cannot be judged."""
        return self._counting.ask(golden, lambda: self._found(golden))

    def _found(self, golden: str) -> frozenset[str]:
        try:
            return frozenset(self._bench.apply(telling, golden, self._stimuli.model_dump())["outputs"])
        except DesignError:
            return frozenset()
