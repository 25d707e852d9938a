"""Dynamic sampling: fill a step with exactly B groups of mixed rewards (paper §3.3).

The loop of the simulator `simulate`, for whole groups and the rules of `rules`. Training's is `sampling.Filler`, which takes
any rule; with these it draws the same prompts (a test says so). It draws prompts by a rule, has them rolled out, keeps the
mixed groups, and stops when the step is full. Mixed groups beyond B are surplus: the released rule throws them away; here
they may be carried to the next step, oldest first, for a bounded number of steps.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .prompt_sampler import History, PromptStream
from .rules import Acceptance, Rule, draw_size, enough

_CAP = 4  # a draw is at most so many times the batch of a step


@dataclass(frozen=True)
class Group:
    """The answers to one prompt drawn once: the step it was drawn in, its rewards, and what the trainer needs of it."""

    prompt: int
    step: int
    rewards: tuple[float, ...]
    content: Any = None

    @property
    def mixed(self) -> bool:
        """Whether the answers differ in reward, so that their advantages are not all zero."""
        return min(self.rewards) != max(self.rewards)


@dataclass(frozen=True)
class Plan:
    """How a step is filled.

    Args:
        batch: B, mixed groups per step.
        group: G, answers per prompt.
        max_draws: draws after which a step goes on with what it has.
        carry_steps: for how many steps a surplus group may wait; 0 discards it (the released rule).
        history: draw prompts whose answers were all alike less often.
        margin: standard deviations by which the tracking rule draws more than it expects to need.
    """

    rule: Rule
    batch: int
    group: int
    max_draws: int
    carry_steps: int = 0
    history: bool = False
    margin: float = 0.0


@dataclass
class Step:
    """A filled step: the groups to train on, uniform ones to fill up where mixed are short, and what it took."""

    used: list[Group] = field(default_factory=list)
    uniform: list[Group] = field(default_factory=list)
    drawn: list[Group] = field(default_factory=list)
    draws: int = 0
    carried_in: int = 0
    dropped: int = 0

    @property
    def acceptance(self) -> float | None:
        """Mixed groups per drawn prompt; None where nothing had to be drawn."""
        return sum(g.mixed for g in self.drawn) / len(self.drawn) if self.drawn else None


class DynamicSampler:
    """Fills steps by a plan; its state goes on after a restart exactly where it was.

    Args:
        prompts: size of the training set.
        multiple: draw sizes are rounded up to a multiple of it (the number of processes).
    """

    def __init__(self, plan: Plan, prompts: int, seed: int, multiple: int = 1) -> None:
        self.plan, self._multiple = plan, multiple
        self.acceptance, self.stream = Acceptance(), PromptStream(prompts, seed)
        self.history = History(plan.group)
        self.surplus: list[Group] = []

    def collect(self, step: int, roll_out: Callable[[list[int]], Sequence[Group]]) -> Step:
        """Fill step number `step`; `roll_out` answers prompts with one group each, in order."""
        plan, filled = self.plan, Step()
        ready = [g for g in self.surplus if step - g.step <= plan.carry_steps]
        filled.carried_in, filled.dropped = len(ready), len(self.surplus) - len(ready)
        self.acceptance.begin_step()
        while len(ready) < plan.batch and filled.draws < plan.max_draws:
            groups = self._draw(step, len(ready), roll_out)
            ready += [g for g in groups if g.mixed]
            filled.uniform += [g for g in groups if not g.mixed]
            filled.drawn += groups
            filled.draws += 1
        self.acceptance.end_step()
        filled.used, self.surplus = ready[: plan.batch], ready[plan.batch :]
        if not plan.carry_steps:
            filled.dropped, self.surplus = filled.dropped + len(self.surplus), []
        return filled

    def _draw(self, step: int, collected: int, roll_out: Callable[[list[int]], Sequence[Group]]) -> list[Group]:
        prompts = self._choose(step, collected)
        expected = sum(self._weight(p, step) for p in prompts)
        groups = list(roll_out(prompts))
        self.acceptance.record(len(groups), sum(g.mixed for g in groups), expected)
        for group in groups:
            right = sum(r > 0 for r in group.rewards)
            self.history.record(group.prompt, right, len(group.rewards) - right, step)
        return groups

    def _choose(self, step: int, collected: int) -> list[int]:
        plan, cap = self.plan, _CAP * self.plan.batch
        if not plan.history:
            size = draw_size(plan.rule, plan.batch, collected, self.acceptance, cap, plan.margin)
            return self.stream.take(-(-size // self._multiple) * self._multiple)
        prompts: list[int] = []

        def chances() -> Iterator[float]:
            for _ in range(cap):
                prompts.append(self.stream.next(lambda p: self.history.keep(p, step)))
                yield self.acceptance.factor * self.history.mixed(prompts[-1], step)

        enough(plan.batch - collected, chances(), plan.margin)
        while len(prompts) % self._multiple:
            prompts.append(self.stream.next(lambda p: self.history.keep(p, step)))
        return prompts

    def _weight(self, prompt: int, step: int) -> float:
        return self.history.mixed(prompt, step) if self.plan.history else 1.0

    def state(self) -> dict[str, Any]:
        """All but the surplus groups, as JSON."""
        return {
            "stream": self.stream.state(),
            "acceptance": asdict(self.acceptance),
            "history": self.history.state(),
        }

    def restore(self, state: dict[str, Any], surplus: Sequence[Group]) -> None:
        """Go on where `state` was taken."""
        self.stream.restore(state["stream"])
        self.acceptance = Acceptance(**state["acceptance"])
        self.history.restore(state["history"])
        self.surplus = list(surplus)
