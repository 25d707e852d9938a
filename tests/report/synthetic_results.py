"""Made-up measurements of the shape that the stages write, for drawing only."""

import numpy as np
import pandas as pd

from rtlvr.records import Measurement
from rtlvr.report.tables import BENCHMARKS

NAN = float("nan")


def row(
    stage: str,
    metric: str,
    variant: str,
    value: float,
    n: int = 40,
    spread: float = NAN,
    unit: str = "percent",
    benchmark: str = "",
    seed: int | None = None,
    at: float | None = None,
) -> dict:
    return Measurement(
        stage=stage,
        metric=metric,
        variant=variant,
        benchmark=benchmark,
        seed=seed,
        at=at,
        value=value,
        low=value - spread,
        high=value + spread,
        n=n,
        unit=unit,
    ).model_dump()


def results() -> pd.DataFrame:
    """A results.csv with every row that a figure knows."""
    rows = [row("02_roundtrip", "funnel", name, count, count, unit="goldens") for name, count in FUNNEL_02.items()]
    rows += [row("03_filtering", "funnel", name, count, count, unit="triples") for name, count in FUNNEL_03.items()]
    for name, precision, recall in (
        ("round trip, formal", 99.2, 96.5),
        ("round trip, testbench 8x64", 94, 97),
        ("no check", 71, 100),
    ):
        rows += [
            row("03_filtering", "precision", name, precision, 320, 0.7),
            row("03_filtering", "recall", name, recall, 320, 2),
        ]
    for name, count in (("equivalent", 12), ("other behaviour", 40), ("does not compile", 90), ("no code", 9)):
        rows += [row("02_roundtrip", "real_outcome", name, count, 151, unit="modules")]
    for index, name in enumerate(("all", "arbiters", "combinational", "counters", "memories", "protocols")):
        rows += [row("02_roundtrip", "real_pass", name, 9.0 * index, 20 + index, 9)]
    for rate, errors in ((0.1, "independent"), (0.3, "independent"), (0.5, "independent"), (0.3, "shared")):
        for metric, value in (("precision", 99), ("recall", 100), ("survivors", 2), ("bound", 100 * rate)):
            rows += [
                row(
                    "03_filtering",
                    f"truth_{metric}",
                    errors,
                    value - 5 * (errors == "shared"),
                    150,
                    0.0,
                    at=rate,
                )
            ]
    for index, name in enumerate(("formal + testbench", "testbench 100x1000", "testbench 8x64", "testbench 1x16")):
        rows += [row("01_testbench", "false_accept", name, 4.1 * index, 620, 0.9 * index)]
        rows += [row("01_testbench", "false_reject", name, 0.0 + 0.1 * index, 180, 0.05)]
    for metric, sft, rl in (("heldout_pass@1", 41.0, 63.5), ("heldout_greedy", 47.0, 66.0)):
        rows += [row("05_rl", metric, "sft", sft, 64, 5), row("05_rl", metric, "rl", rl, 64, 5)]
        rows += [row("05_rl", metric, "sft", sft + seed - 1, 64, seed=seed) for seed in (1, 2)]
        rows += [row("05_rl", metric, "rl", rl - 2 * seed, 64, seed=seed) for seed in (1, 2)]
    for name, wrong, share in (("testbench", 2.1, 47.0), ("hybrid", 0.0, 48.5)):
        rows += [row("05_rl", "reward_wrong", name, wrong, 3, 0.4 if wrong else 0.0)]
        rows += [row("05_rl", "study_reward", name, share, 3, 2)]
        rows += [row("05_rl", "study_reward_seed", name, share + seed, 300, 5, seed=seed) for seed in range(3)]
    rows += [row("05_rl", "speedup_simulated", "paper", 1.31, 200, 0.06, "x")]
    rows += [row("05_rl", "speedup_simulated", "ours", 1.44, 200, 0.06, "x")]
    for metric, paper, ours in (("tokens", 0.93, 1.7), ("rounds", 1.8, 2.2), ("wall", 1.1, 1.4)):
        rows += [row("05_rl", f"speedup_{metric}", "paper", paper, 3, 0.1, "x")]
        rows += [row("05_rl", f"speedup_{metric}", "ours", ours, 3, 0.2, "x")]
    for kind, names in (
        ("rule", ("fixed", "paper", "ours")),
        ("filter", ("none", "equivalence", "difficulty", "both")),
    ):
        for place, name in enumerate(names):
            rows += [row("05_rl", f"study_{kind}", name, 42.0 + 2 * place, 3, 6)]
            rows += [
                row("05_rl", f"study_{kind}_seed", name, 40.0 + 2 * place + seed, 300, seed=seed) for seed in range(3)
            ]
    return pd.DataFrame(rows + benchmark_rows())


def benchmark_rows() -> list[dict]:
    """What notebook 06 writes."""
    rows = [row("06_benchmarks", "params_b", model, 0.0019, 1, unit="billions") for model in ("sft", "rl")]
    for benchmark in ("rtllm-v1.1", "verilog-eval-v2-spec"):
        for place, kind in enumerate(("passed", "wrong", "endless", "interface", "syntax", "refused", "empty")):
            rows += [
                row(
                    "06_benchmarks",
                    f"class_{kind}",
                    "small policy",
                    (30, 40, 2, 8, 14, 1, 5)[place],
                    benchmark=benchmark,
                )
            ]
    sizes = {"verilog-eval": 156, "rtllm-v1.1": 29, "rtllm-v2.0": 50}
    for names in BENCHMARKS.values():
        for place, name in enumerate(names.values()):
            count = next(size for prefix, size in sizes.items() if name.startswith(prefix))
            for model, value in (("sft", 2.5 + place), ("rl", 6.5 + place)):
                rows += [row("06_benchmarks", "pass@1", model, value, count, 2, benchmark=name)]
                rows += [row("06_benchmarks", "pass@5", model, value * 1.8, count, benchmark=name)]
    return rows


FUNNEL_02 = {"goldens": 1200, "described": 1180, "solved, code compiles": 1105, "equivalent": 861}
FUNNEL_03 = {"triples": 861, "not solved by the base: SFT": 700, "not solved by the distilled model: RL": 212}


def metrics(steps: int = 120) -> pd.DataFrame:
    """A training run's rows."""
    random = np.random.default_rng(3)
    step = np.arange(1, steps + 1)
    reward = np.clip(0.3 + 0.4 * step / steps + random.normal(0, 0.06, steps), 0, 1)
    acceptance = np.clip(0.5 - 0.2 * step / steps + random.normal(0, 0.05, steps), 0.05, 1)
    return pd.DataFrame(
        {
            "step": step,
            "reward": reward,
            "acceptance": acceptance,
            "draws": random.integers(1, 4, steps),
            "prompts_drawn": np.ceil(16 / acceptance),
            "completion_tokens": 120 + 40 * step / steps + random.normal(0, 8, steps),
            "entropy": 0.6 - 0.3 * step / steps + random.normal(0, 0.02, steps),
            "truncated": np.clip(0.08 - 0.05 * step / steps + random.normal(0, 0.01, steps), 0, 1),
            "seconds_generate": 2 + random.normal(0, 0.2, steps),
            "seconds_verify": 0.6 + random.normal(0, 0.05, steps),
            "seconds_train": 1.2 + random.normal(0, 0.1, steps),
            "heldout_pass@1": np.where(step % 20 == 0, reward - 0.08, NAN),
        }
    )


def scaling(benchmark: str = "heldout") -> pd.DataFrame:
    """Our test-time scaling, of held-out designs or of a benchmark."""
    rows = []
    for model, best in (("sft", 44.0), ("rl", 65.0)):
        for budget in (64, 128, 256, 512):
            value = best * min(1, budget / 300)
            rows.append(
                (
                    model,
                    benchmark,
                    budget,
                    value,
                    value - 4,
                    value + 4,
                    256,
                    0.6 * budget,
                    2 * 1.9e6 * 0.6 * budget,
                    "cpu",
                )
            )
    names = ["model", "benchmark", "budget_tokens", "value", "low", "high", "n", "mean_tokens", "flops", "profile"]
    return pd.DataFrame(rows, columns=names)


def votes() -> pd.DataFrame:
    """Our majority voting."""
    rows = [
        (count, 60 + 3 * place, 52 + 3 * place, 68 + 3 * place, 60 + 6 * place, 60, 2 * 1.9e6 * 100 * count, "cpu")
        for place, count in enumerate((1, 2, 4, 8, 16, 32))
    ]
    names = ["votes", "value", "low", "high", "pass_at_k", "n", "flops", "profile"]
    return pd.DataFrame(rows, columns=names)


def signals(steps: int = 12) -> pd.DataFrame:
    """A counterexample: the candidate's counter misses a carry at step 7."""
    count = [format(step % 16, "04b") for step in range(steps)]
    wrong = [value if step != 7 else "1111" for step, value in enumerate(count)]
    return pd.DataFrame(
        {
            "rst": ["1"] + ["0"] * (steps - 1),
            "en": ["x", "x"] + ["1"] * (steps - 2),
            "mode": ["00", "00", "01", "01", "1x", "10"] + ["11"] * (steps - 6),
            "address": ["0" * 32] * 5 + ["1101" * 8] * (steps - 5),
            "golden q": ["xxxx", "xx01", *count[2:]],
            "candidate q": ["xxxx", "xx01", *wrong[2:]],
            "golden full": ["x"] + ["0"] * 6 + ["1"] + ["0"] * (steps - 8),
            "candidate full": ["x"] + ["0"] * (steps - 1),
        }
    ).rename_axis("cycle")


def spots() -> pd.DataFrame:
    """Blind spots of two benchmarks' testbenches."""
    rows = [("rtllm-v1.1", 29, f"t{i}", i < 15, i < 2, "with output y inverted") for i in range(24)]
    rows += [("verilog-eval-v2-spec", 156, f"t{i}", i < 5, i < 1, "with input reset tied to 1") for i in range(7)]
    return pd.DataFrame(rows, columns=["benchmark", "tasks", "task_id", "beyond_edge", "empty", "passes"])
