"""Adaptive DAPO on TRL: equal to TRL where it should be, exact after kills, and the same on two processes as on one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import torch
from child import Parity, noisy
from trl import GRPOTrainer

from rtlvr.data.corpus import procedural
from rtlvr.draws.batches import joined, split
from rtlvr.params import load
from rtlvr.policy.model import load_policy, load_tokenizer
from rtlvr.records import Problem
from rtlvr.reward.equivalence import EquivalenceReward
from rtlvr.train.config import grpo_config
from rtlvr.train.dapo import AdaptiveDapoTrainer
from rtlvr.train.rl import improve, read_steps, rl_dataset, subset
from rtlvr.train.steplog import StepLog
from rtlvr.verify import Pool, Stimuli

CHILD = Path(__file__).with_name("child.py")
TIMES = ["seconds_generate", "seconds_verify", "seconds_train"]
# TRL's own step: what belongs to our ways to fill one is off.
PLAIN = {"draw_rule": "none", "prompt_history": False, "draw_margin": 0.0, "carry_steps": 0}
RL = {"rl.prompts_per_step": 4, "rl.mini_batch_prompts": 4, "rl.max_response": 24, "rl.overlong_buffer": 0}


def trainer(folder: Path, pool: Pool, **changes: object) -> AdaptiveDapoTrainer:
    params = load("smoke", {**RL, **{f"rl.{name}": value for name, value in changes.items()}})
    problems = [
        Problem(id=name, category="", prompt=f"{d.description}\n{d.header}", golden=d.golden)
        for name, (_, d) in zip("abcdefgh", procedural(8, 5), strict=True)
    ]
    return AdaptiveDapoTrainer(
        model=load_policy(noisy(folder / "start")),
        processing_class=load_tokenizer("tiny"),
        args=grpo_config(params.rl, folder, 0),
        rl=params.rl,
        reward=Parity(pool, Stimuli()),
        train_dataset=rl_dataset(problems, "tags"),
    )


def loss_and_gradients(computing: GRPOTrainer, batch: dict) -> tuple[float, list[torch.Tensor]]:
    model = computing.model
    model.zero_grad()
    computing.current_gradient_accumulation_steps = 1
    loss = computing._compute_loss(model, batch)
    loss.backward()
    return float(loss.detach()), [p.grad.clone() for p in model.parameters()]


@pytest.mark.tools
@pytest.mark.parametrize("stale", [False, True])
def test_loss_and_gradients_are_trls(pool: Pool, tmp_path: Path, stale: bool) -> None:
    """On the same batch, of whatever lengths: our pass leaves padding out, and nothing else changes."""
    ours = trainer(tmp_path, pool, **PLAIN)
    ours.model.train()
    batch = ours._generate_and_score_completions([row for row in ours.train_dataset for _ in range(4)][:16])
    torch.manual_seed(1)
    batch["advantages"] = torch.randn_like(batch["advantages"])  # whatever the base's groups were
    if stale:
        noise = 0.3 * torch.randn_like(batch["sampling_per_token_logps"])
        batch["old_per_token_logps"] = batch["sampling_per_token_logps"] + noise
    theirs = GRPOTrainer(
        model=ours.model,
        processing_class=ours.processing_class,
        args=ours.args,
        reward_funcs=[ours._reward],
        train_dataset=ours.train_dataset,
    )
    expected, wanted = loss_and_gradients(theirs, batch)
    found, given = loss_and_gradients(ours, batch)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-7)
    assert abs(expected) > 1e-3
    assert any(g.abs().max() > 1e-4 for g in wanted)
    for one, other in zip(given, wanted, strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-6)


@pytest.mark.tools
def test_sampled_probabilities_are_the_models(pool: Pool, tmp_path: Path) -> None:
    """What generation says of its tokens is what a whole forward pass says: the ratio of carried groups rests on it."""
    made = trainer(tmp_path, pool)
    made.model.train()
    batch = made._generate_and_score_completions([])
    ids = torch.cat([batch["prompt_ids"], batch["completion_ids"]], 1)
    mask = torch.cat([batch["prompt_mask"], batch["completion_mask"]], 1)
    with torch.no_grad():
        logps, _, _ = made._get_per_token_logps_and_entropies(made.model, ids, mask, batch["completion_ids"].shape[1])
    used = batch["completion_mask"].bool()
    assert torch.allclose(logps[used], batch["sampling_per_token_logps"][used], atol=2e-4)


@pytest.mark.tools
def test_carried_groups_keep_their_old_probabilities(pool: Pool, tmp_path: Path) -> None:
    made = trainer(tmp_path, pool, draw_rule="tracking", carry_steps=2, draw_margin=8.0, max_draws=20)
    made.model.train()
    first = made._generate_and_score_completions([])
    assert "old_per_token_logps" not in first, "fresh groups: TRL takes the current probabilities"
    assert made.filler.surplus, "a margin this wide leaves surplus"
    waiting = made.filler.surplus[0].content[0]
    made.state.global_step = 1
    second = made._generate_and_score_completions([])
    assert made.record.groups_carried > 0
    assert made.record.staleness > 0
    width = len(waiting["completion_ids"])
    assert torch.equal(second["completion_ids"][0, :width], waiting["completion_ids"])
    assert torch.equal(second["old_per_token_logps"][0, :width], waiting["sampling_per_token_logps"])


@pytest.mark.tools
def test_groups_are_cut_and_joined_without_loss(pool: Pool, tmp_path: Path) -> None:
    """Whatever TRL adds to a batch: per token, per answer (vLLM's correction by sequence), or one number per row."""
    made = trainer(tmp_path, pool, **PLAIN)
    made.model.train()
    scored = made._generate_and_score_completions([row for row in made.train_dataset for _ in range(4)][:16])
    scored["importance_sampling_ratio"] = torch.rand(16, 1)
    for i in range(16):
        scored["completion_mask"][i, 24 - i :] = 0  # answers of all lengths
    rows = split(scored, 16)
    assert all(len(row["completion_ids"]) == int(row["completion_mask"].sum()) for row in rows)
    assert len({len(row["completion_ids"]) for row in rows}) == 16
    together = joined(rows, made.processing_class.pad_token_id, torch.device("cpu"))
    for key, values in together.items():
        if key.startswith("prompt") or values.dim() < 2 or values.shape[1] == 1:
            assert torch.equal(values, scored[key]), key
        else:
            assert torch.equal(values * together["completion_mask"], scored[key] * scored["completion_mask"]), key


@pytest.mark.tools
def test_several_updates_from_one_draw_count_it_once(pool: Pool, tmp_path: Path) -> None:
    """Two mini-batches a step: the first update's line holds the draw, the second holds none of its cost."""
    training = trainer(tmp_path, pool, mini_batch_prompts=2, steps=2, carry_steps=0)
    training.add_callback(StepLog(training, tmp_path / "steps.jsonl", None, 100))
    training.train()
    steps = read_steps(tmp_path / "steps.jsonl")
    assert list(steps["step"]) == [1, 1, 3, 3], "steps are counted in updates, as TRL counts them"
    assert (steps["tokens_generated"] > 0).tolist() == [True, False, True, False]
    assert (steps[TIMES] >= 0).all(axis=None)
    assert steps["reward"].notna().tolist() == [True, False, True, False]


@pytest.mark.tools
def test_an_adapter_is_trained_and_saved_beside_the_policy(pool: Pool, tmp_path: Path) -> None:
    """Answers come from the adapted model; what is saved is whole, and the adapter by itself."""
    start = noisy(tmp_path / "start")
    designs = [design for _, design in procedural(8, 5)]
    problems = [
        Problem(id=d.digest, category="", prompt=f"{d.description}\n{d.header}", golden=d.golden) for d in designs
    ]
    params = load(
        "smoke",
        {**RL, "rl.lora_rank": 2, "rl.steps": 1, "rl.eval_problems": 0, **{f"rl.{k}": v for k, v in PLAIN.items()}},
    )
    policy = load_policy(improve(start, problems, None, params, pool, Stimuli(sequences=1, cycles=4), tmp_path / "rl"))
    assert {name for name, _ in policy.named_parameters()} == {
        name for name, _ in load_policy(start).named_parameters()
    }
    assert (tmp_path / "rl" / "adapter" / "adapter_config.json").exists()


@pytest.mark.tools
def test_a_step_with_graded_rewards(pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups without a right answer become mixed: what the trainer trains on is what the shaped rewards say."""
    half = "module t(input a, b, output x, y); assign x = a & b, y = {}; endmodule\n"
    bodies = ("a & ~a", "a ^ b", "1'b0", "~(a | b)")  # x is right in all of them, y in none

    class Planned(EquivalenceReward):
        """Answers that were planned in the place of what a small model would say."""

        def start(self, golden: object, text: str) -> None:
            pass

        def __call__(self, completions: list, golden: list, **rest: object) -> list[float]:
            codes = [half.format(bodies[at % 4]) if at % 4 != 2 else "junk" for at in range(len(completions))]
            return super().__call__([f"```verilog\n{code}```" for code in codes], golden, **rest)

    monkeypatch.setattr("rtlvr.train.rl.EquivalenceReward", Planned)
    problems = [Problem(id=n, category="", prompt="t", golden=half.format("a | b")) for n in "abcd"]
    changes = {"rl.reward": "signals", "rl.area_weight": 0.1, "rl.group_size": 4, "rl.answer": "code", "rl.steps": 1}
    params = load("smoke", {**RL, "rl.eval_problems": 0, **changes, **{f"rl.{k}": v for k, v in PLAIN.items()}})
    improve(noisy(tmp_path / "start"), problems, None, params, pool, Stimuli(sequences=1, cycles=4), tmp_path / "rl")
    (step,) = read_steps(tmp_path / "rl" / "steps.jsonl").itertuples()
    assert step.acceptance == 1.0 and step.reward == pytest.approx(0.25 * 3 / 4)


def test_a_subset_is_drawn_once_for_all_seeds() -> None:
    rows = list("abcdefgh")
    assert subset(rows, 0, 1) == subset(rows, 9, 1) == rows
    assert subset(rows, 3, 1) == subset(rows, 3, 1)
    assert len(subset(rows, 3, 1)) == 3


def run(folder: Path, steps: int, *changes: str, launcher: tuple[str, ...] = (sys.executable,)) -> subprocess.Popen:
    folder.mkdir(parents=True, exist_ok=True)
    log = (folder / "child.log").open("a")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONFAULTHANDLER": "1"}
    command = [*launcher, str(CHILD), str(folder), str(steps), *changes]
    return subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)


def finished(folder: Path, steps: int, *changes: str, launcher: tuple[str, ...] = (sys.executable,)) -> pd.DataFrame:
    assert run(folder, steps, *changes, launcher=launcher).wait(300) == 0, (folder / "child.log").read_text()[-3000:]
    return read_steps(folder / "steps.jsonl").drop(columns=TIMES)


# A rule that stops answers in their middle and goes on with them, and one whose groups are of unequal size.
OTHER = ("rl.carry_steps=0", "rl.prompt_history=false", "rl.draw_margin=0.0")
STOPPED = ("rl.draw_rule=ours", "rl.max_response=160", *OTHER)
UNEQUAL = ("rl.draw_rule=knapsack-rl", "rl.prompts_per_step=4", "rl.mini_batch_prompts=4", "rl.max_response=48", *OTHER)


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("changes", "steps", "kills"), [((), 24, 10), (STOPPED, 10, 4), (UNEQUAL, 6, 2)])
def test_killed_it_ends_as_if_it_never_was(tmp_path: Path, changes: tuple[str, ...], steps: int, kills: int) -> None:
    """SIGKILL at random moments, in steps and in checkpoints: the same metrics, step by step, to the last digit."""
    rng, whole = random.Random(0), finished(tmp_path / "whole", steps, *changes)
    assert whole["grad_norm"].max() > 0
    if changes != UNEQUAL:
        assert whole["groups_carried"].sum() > 0
    broken = tmp_path / "broken"
    for done in range(kills):
        child, log = run(broken, steps, *changes), broken / "steps.jsonl"
        before = log.stat().st_mtime_ns if log.exists() else 0
        while child.poll() is None and (not log.exists() or log.stat().st_mtime_ns == before):
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 0.9))
        if child.poll() is not None:
            pytest.fail(f"it ended after {done} kills: {(broken / 'child.log').read_text()[-2000:]}")
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    pd.testing.assert_frame_equal(finished(broken, steps, *changes), whole)


@pytest.mark.long
@pytest.mark.tools
@pytest.mark.timeout(300)
@pytest.mark.parametrize("changes", [(), STOPPED, UNEQUAL])
def test_two_processes_do_as_one(tmp_path: Path, changes: tuple[str, ...]) -> None:
    """`accelerate launch` with two CPU processes: the same prompts, groups, tokens, and the same loss."""
    launcher = (
        str(Path(sys.executable).with_name("accelerate")), "launch", "--cpu", "--num_processes=2", "--num_machines=1",
        "--mixed_precision=no", "--dynamo_backend=no", f"--main_process_port={random.randrange(20_000, 40_000)}",
    )  # fmt: skip
    one = finished(tmp_path / "one", 4, *changes)
    two = finished(tmp_path / "two", 4, *changes, launcher=launcher)
    if changes == UNEQUAL:
        assert (one["answers_trained"] != 4 * one["groups_used"]).any(), "groups are of unequal size"
    counted = [
        "step", "draws", "prompts_drawn", "groups_used", "groups_carried", "tokens_generated", "tokens_trained",
        "tokens_lost", "answers_trained", "staleness",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(two[counted], one[counted])
    for name in ("loss", "grad_norm", "reward", "acceptance", "entropy"):
        assert two[name].tolist() == pytest.approx(one[name].tolist(), rel=2e-3, abs=2e-5, nan_ok=True), name


@pytest.mark.tools
def test_groups_of_unequal_size_are_trained_on_whole(pool: Pool, tmp_path: Path) -> None:
    """Every answer has its place in the batch, the rest is blank, and every prompt counts alike."""
    made = trainer(tmp_path, pool, **(PLAIN | {"draw_rule": "fixed", "micro_batch": 4}))
    made.model.train()
    made._generate_and_score_completions([])
    filled = made.filler.fill(5)
    filled.used = filled.ended[:4]
    for count, group in zip((2, 3, 4, 4), filled.used, strict=True):
        group.rewards[:2], group.scores[:2] = [1.0, 0.0], [1.0, 0.0]
        for values in (group.rewards, group.scores, group.lengths, group.content):
            del values[count:]
    batch = made._batch(filled)
    rows = sum(len(g.rewards) for g in filled.used)
    assert (len(batch["advantages"]), rows, made._parts) == (16, 13, 4)
    assert batch["completion_mask"][rows:].sum() == 0
    assert batch["advantages"][rows:].abs().sum() == 0
    assert batch["completion_mask"].sum() == batch["num_items_in_batch"] == sum(sum(g.lengths) for g in filled.used)
    sums = [part.abs().mean() for part in batch["advantages"][:5].split([2, 3])]
    assert float(sums[0]) * 2 == pytest.approx(13 / 4 * (0.5 / (0.5**0.5 + 1e-4)), rel=1e-5)
    loss, gradients = loss_and_gradients(made, batch)
    assert loss == loss
    assert all(g.isfinite().all() for g in gradients)
