"""Work that has children, as a process of its own, for tests that kill it: `python parents.py pool|nested|study FOLDER`."""

import sys
from pathlib import Path

from rtlvr.data.corpus import heldout_problems, seed_corpus
from rtlvr.lifeline import processes
from rtlvr.verify import Pool, Stimuli


def judge(jobs: int = 2) -> None:
    """Workers that judge the seed corpus beside its own text, again and again, with ABC and with simulations."""
    pool = Pool(jobs, mode="hybrid")
    for number in range(1_000_000):
        spare = f"\nmodule spare{number}(input a, output b); assign b = a; endmodule\n"
        pairs = [(golden.code, golden.code + spare) for golden in seed_corpus()]
        for _ in pool.verify_many(pairs, Stimuli(sequences=20, cycles=500, seed=number)):
            pass


def nested() -> None:
    """Two processes with a worker each, as the runs of a study have them once their policy answers something."""
    with processes(2) as executor:
        list(executor.map(judge, [1, 1]))


def study(folder: Path) -> None:
    """Two RL runs side by side, as the studies of notebook 05 have them."""
    from rtlvr.params import load
    from rtlvr.train.short_runs import Arm, Setting, run_arms

    problems = tuple(heldout_problems(8))
    size = {"steps": 1000, "prompts_per_step": 2, "mini_batch_prompts": 2, "eval_problems": 0}
    setting = Setting("tiny", problems, load("smoke"), Stimuli(), folder)
    run_arms([Arm("rule", "plain", seed, size, problems) for seed in range(2)], setting, jobs=2)


if __name__ == "__main__":
    {"pool": judge, "nested": nested, "study": lambda: study(Path(sys.argv[2]))}[sys.argv[1]]()
