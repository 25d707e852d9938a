"""A small RL run as a process of its own, for tests that kill it or start it twice: `python child.py FOLDER STEPS [KEY=VALUE]`.

The reward is not under test there: it looks at the text alone, so that every group of the untrained base is mixed or not
for reasons that any process can reproduce.
"""

import sys
import zlib
from pathlib import Path

import torch

import rtlvr.train.rl as stage
from rtlvr.data.corpus import procedural
from rtlvr.params import load
from rtlvr.policy.model import load_policy, load_tokenizer
from rtlvr.records import Problem
from rtlvr.reward.equivalence import EquivalenceReward, Judgement
from rtlvr.verify import Pool, Stimuli


class Parity(EquivalenceReward):
    """Rewards one answer in three, by a checksum of its text."""

    def start(self, golden: str, text: str) -> None:
        """Nothing is verified here."""

    def __call__(self, completions: list, golden: list[str], **_: object) -> list[float]:
        texts = [c[-1]["content"] for c in completions]
        self.last = [Judgement(float(zlib.crc32(text.encode()) % 3 == 0), "", "") for text in texts]
        return [j.reward for j in self.last]


def noisy(folder: Path) -> Path:
    """The kit's base with noise on its weights: as it stands it is so sure of its first words that gradients vanish."""
    if not folder.exists():
        generator, model = torch.Generator().manual_seed(0), load_policy("tiny")
        with torch.no_grad():
            for weights in model.parameters():
                weights.add_(0.05 * torch.randn(weights.shape, generator=generator))
        model.save_pretrained(folder)
        load_tokenizer("tiny").save_pretrained(folder)
    return folder


def main(folder: Path, steps: int, changes: dict[str, object]) -> None:
    """Train the kit's base on eight designs."""
    designs = [design for _, design in procedural(8, 5)]
    problems = [
        Problem(id=d.digest, category=d.family, prompt=f"{d.description}\n{d.header}", golden=d.golden) for d in designs
    ]
    size = {"rl.prompts_per_step": 2, "rl.mini_batch_prompts": 2, "rl.max_draws": 6, "rl.max_response": 24}
    rest = {"rl.eval_problems": 0, "rl.save_steps": 2, "rl.overlong_buffer": 0, "rl.learning_rate": 1e-4}
    params = load("smoke", {**size, **rest, "rl.steps": steps, **changes})
    stage.EquivalenceReward = Parity
    pool = Pool(1)
    stage.improve(noisy(folder.parent / "start"), problems, None, params, pool, Stimuli(), folder)
    pool.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), dict(text.split("=") for text in sys.argv[3:]))
