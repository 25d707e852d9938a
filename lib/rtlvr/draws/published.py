"""Published rules that choose prompts: DAPO, the paper's, GRESO, DPS, prime-rl's pools, online difficulty with replay.

Each says what of the publication it does and what it does not. All train on whole groups of G answers, so that the
plain estimator stays; those that prefer prompts train on another mixture of them, and none of them corrects for it here. Where
a rule was published without a step that must be full, it is asked again until `batch` mixed groups are there.
"""

import math
import random
from collections.abc import Sequence
from typing import ClassVar

from .prompt_sampler import PromptStream
from .rules import Acceptance, draw_size
from .sampling import Ask, Growing, Policy, Size

CAP = 4  # a round has at most so many times the batch of a step


class Fixed(Policy):
    """DAPO: `batch` prompts a round until there are `batch` mixed groups; the rest is thrown away."""

    source: ClassVar[str] = "DAPO, arXiv 2503.14476"

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.stream = PromptStream(size.prompts, seed)

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """Always a whole batch."""
        return self.take(self.size.batch)

    def take(self, count: int) -> list[Ask]:
        """Whole groups for the next prompts."""
        return [Ask(p, self.size.group) for p in self.stream.take(count)]


class Paper(Fixed):
    """Adaptive DAPO: ceil(needed / min(r, r_part)), r never recovers. As in the paper and its release."""

    source: ClassVar[str] = "QiMeng-CodeV-R1, arXiv 2505.24183"

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.acceptance = Acceptance()

    def begin(self, step: int) -> None:
        """`r_part` starts anew."""
        self.acceptance.begin_step()

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """By the lowest acceptance seen."""
        return self.take(draw_size("paper", self.size.batch, ready, self.acceptance, CAP * self.size.batch))

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """The round's acceptance."""
        self.acceptance.record(len(heard), sum(g.mixed for g in heard))

    def end(self, step: int, used: Sequence[Growing]) -> None:
        """The step's acceptance."""
        self.acceptance.end_step()


class Greso(Fixed):
    """GRESO: a prompt that was uniform z times in a row is rolled out with probability p^z when its turn comes.

    Done: one p for prompts that were all right and one for all wrong, each moved by 0.01 a round so that the share of uniform
    groups nears a target; a round is at most 1.25 * needed / (1 - share of uniform groups), and not above its default.
    Not known for certain (from memory of the paper; its release has the rule in a file not at hand): both p begin at 0.5,
    the targets are 1/12 (right) and 1/6 (wrong), and the default is three batches.
    """

    source: ClassVar[str] = "arXiv 2506.02177"
    move, targets, slack, default = 0.01, (1 / 12, 1 / 6), 1.25, 3

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.chance = [0.5, 0.5]  # all right, all wrong
        self.alike: dict[int, tuple[int, int]] = {}  # prompt: which kind it was last, how often in a row
        self.uniform = 0.0

    def keep(self, prompt: int) -> float:
        """The probability with which a prompt is rolled out when its turn comes."""
        kind, streak = self.alike.get(prompt, (0, 0))
        return self.chance[kind] ** streak

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """As many as should do by the last round's share of uniform groups."""
        needed = self.size.batch - ready
        wanted = math.ceil(self.slack * needed / max(1 - self.uniform, 0.05))
        wanted = min(self.default * self.size.batch, wanted)
        return [Ask(p, self.size.group, weight=1 / self.keep(p)) for p in (self._next() for _ in range(wanted))]

    def _next(self) -> int:
        """Unlike ours it knows no longest wait: p^z alone decides."""
        while True:
            prompt = self.stream.next()
            luck = random.Random(f"greso:{self.seed}:{self.stream.epoch}:{self.stream.position}").random()
            if luck < self.keep(prompt):
                return prompt

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """Streaks, and the two probabilities."""
        shares = [0, 0]
        for group in heard:
            if group.mixed:
                self.alike.pop(group.prompt, None)
                continue
            kind = int(not group.right)
            shares[kind] += 1
            last, streak = self.alike.get(group.prompt, (kind, 0))
            self.alike[group.prompt] = (kind, streak + 1 if last == kind else 1)
        for kind, target in enumerate(self.targets):
            step_by = self.move if shares[kind] < target * len(heard) else -self.move
            self.chance[kind] = min(max(self.chance[kind] + step_by, 0.05), 0.95)
        self.uniform = sum(shares) / max(1, len(heard))


class Dps(Fixed):
    """DPS: a hidden Markov model of every prompt (unsolved, partly solved, solved); the likeliest to be partly solved go first.

    Done: states seen through a group's kind, transitions learned per prompt as Dirichlet counts that fade, prompts ranked
    by the predicted probability of the middle state, no rollouts for the others.
    Not known: the published priors, fading and observation noise; here one count each with 4 on staying, fading 0.9, and 2 %
    of noise. The publication takes the best B and trains on them; here the next best are asked until B mixed are there.
    """

    source: ClassVar[str] = "arXiv 2603.10887"
    weighs = False
    stay, fade, noise = 4.0, 0.9, 0.02

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.state: dict[int, list[float]] = {}
        self.moves: dict[int, list[list[float]]] = {}
        self._partly: dict[int, float] = {}
        self.asked: set[int] = set()

    def begin(self, step: int) -> None:
        """Prompts that were asked within the step are not asked again."""
        self.asked = set()

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """The likeliest to be partly solved; ties by the seed."""
        luck = random.Random(f"dps:{self.seed}:{step}:{ready}")
        rank = [(self.partly(p), luck.random(), p) for p in range(self.size.prompts) if p not in self.asked]
        best = [p for _, _, p in sorted(rank, reverse=True)[: self.size.batch - ready]]
        self.asked |= set(best)
        return [Ask(p, self.size.group) for p in best]

    def partly(self, prompt: int) -> float:
        """The predicted probability that a group of the prompt is mixed."""
        return self._partly.get(prompt, 1 / 3)

    def _predicted(self, prompt: int) -> list[float]:
        state, moves = self.state.get(prompt, [1 / 3] * 3), self.moves.get(prompt, self._prior())
        rows = [[m / sum(row) for m in row] for row in moves]
        return [sum(state[i] * rows[i][j] for i in range(3)) for j in range(3)]

    def _prior(self) -> list[list[float]]:
        return [[self.stay if i == j else 1.0 for j in range(3)] for i in range(3)]

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """One step of filtering for every prompt that was answered."""
        for group in heard:
            kind = 1 if group.mixed else 2 * int(group.right > 0)
            before, prior = self.state.get(group.prompt, [1 / 3] * 3), self._prior()
            likely = [1 - 2 * self.noise if j == kind else self.noise for j in range(3)]
            found = [x * y for x, y in zip(self._predicted(group.prompt), likely, strict=True)]
            state = [x / sum(found) for x in found]
            old = self.moves.get(group.prompt, prior)
            self.moves[group.prompt] = [
                [prior[i][j] + self.fade * (old[i][j] - prior[i][j]) + before[i] * state[j] for j in range(3)]
                for i in range(3)
            ]
            self.state[group.prompt] = state
            self._partly[group.prompt] = self._predicted(group.prompt)[1]


class Pools(Fixed):
    """prime-rl: a prompt whose group is all right goes to the easy pool, all wrong to the hard one, and is not drawn again.

    Done: thresholds 1 and 0, `easy_fraction` and `hard_fraction` 0 (the default), uniform groups filtered out, and
    surplus kept for the next step (its buffer of rollouts). A set that runs dry is opened again, which prime-rl does only at
    a restart. Not done: its continuous dispatch, in which rollouts never wait for a step.
    """

    source: ClassVar[str] = "github.com/PrimeIntellect-ai/prime-rl, orchestrator/buffer.py"
    carry, weighs = 1, False

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.out: set[int] = set()

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """Prompts of the normal pool."""
        if len(self.out) > self.size.prompts - self.size.batch:
            self.out = set()
        found: list[int] = []
        while len(found) < self.size.batch - ready:
            prompt = self.stream.next()
            if prompt not in self.out:
                found.append(prompt)
        return [Ask(p, self.size.group) for p in found]

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """Put away what was uniform."""
        self.out |= {g.prompt for g in heard if not g.mixed}


class Replay(Fixed):
    """Online difficulty selection with replay (DOTS + RR): prompts near a solve rate of one half, and half of a step replayed.

    Done: prompts drawn with weights exp(-|difficulty - 1/2| / temperature), difficulty being one minus the rate; a first-in
    first-out buffer of mixed groups; half of every step comes from it (with the ratio to the old policy in the loss).
    Not done: the attention model that predicts a prompt's difficulty from a small reference set that is rolled out
    every few steps. Here a prompt's own last rate stands in, and the mean of all rates where it was never asked: worse than
    theirs for new prompts, and free. Not known: their temperature; here 0.1. The buffer holds 512 groups, as theirs by memory.
    """

    source: ClassVar[str] = "arXiv 2506.05316"
    weighs = False
    temperature, again, room = 0.1, 0.5, 512

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(size, seed)
        self.rate: dict[int, float] = {}
        self.kept: list[Growing] = []

    def begin(self, step: int) -> None:
        """Half of a step from the buffer, once there is enough in it."""
        count = int(self.again * self.size.batch)
        self.replayed = self.kept[:count] if len(self.kept) >= count else []
        self.kept = self.kept[len(self.replayed) :]

    def order(self, step: int, ready: int, opened: Sequence[Growing]) -> list[Ask]:
        """Prompts by their weights, without repetition (the largest of exponential races)."""
        luck = random.Random(f"replay:{self.seed}:{step}:{ready}")
        usual = sum(self.rate.values()) / len(self.rate) if self.rate else 0.5
        race = [(luck.expovariate(1.0) / self.weight(self.rate.get(p, usual)), p) for p in range(self.size.prompts)]
        return [Ask(p, self.size.group) for _, p in sorted(race)[: self.size.batch - ready]]

    def weight(self, rate: float) -> float:
        """Largest at one half."""
        return math.exp(-abs(rate - 0.5) / self.temperature)

    def record(self, step: int, heard: Sequence[Growing]) -> None:
        """The last rate of every prompt."""
        self.rate |= {g.prompt: g.right / len(g.rewards) for g in heard}

    def end(self, step: int, used: Sequence[Growing]) -> None:
        """Fresh mixed groups enter the buffer; the oldest leave it."""
        self.kept = (self.kept + [g for g in used if g.step == step])[-self.room :]


RULES: dict[str, type[Policy]] = {
    "fixed": Fixed,
    "paper": Paper,
    "greso": Greso,
    "dps": Dps,
    "dots-replay": Replay,
    "prime-rl-pools": Pools,
}
