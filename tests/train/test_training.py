"""Reward, tokenizer, base recipe, SFT and adaptive DAPO, on real models of the kit's size."""

import json
from pathlib import Path

import pytest
import torch

from rtlvr.data.corpus import procedural
from rtlvr.errors import ParameterError
from rtlvr.params import load
from rtlvr.policy.model import chat, load_policy, load_tokenizer
from rtlvr.records import Problem
from rtlvr.reward.equivalence import EquivalenceReward, judge
from rtlvr.verify import Pool, Stimuli


def answer(thought: str, code: str) -> str:
    return f"<think>\n{thought}</think>\n<answer>\n```verilog\n{code}```\n</answer>"


@pytest.fixture(scope="module")
def designs() -> list:
    return [design for _, design in procedural(8, 5)]


def problems(designs: list) -> list[Problem]:
    return [
        Problem(id=d.digest, category=d.family, prompt=f"{d.description}\n{d.header}", golden=d.golden) for d in designs
    ]


def test_reward_is_format_and_equivalence(pool: Pool, stimuli: Stimuli, designs: list) -> None:
    golden = designs[0].golden
    texts = [
        answer("t\n", golden),
        golden,
        answer("t\n", golden).replace("</think>", ""),
        answer("t\n", "module dut; endmodule"),
        answer("t\n", golden.replace("endmodule", "")),
        "",
    ]
    judged = judge(pool, stimuli, [golden] * 6, texts)
    assert [j.reward for j in judged] == [1, 0, 0, 0, 0, 0]
    assert [j.status for j in judged] == ["equivalent", "format", "format", "invalid", "invalid", "format"]


def test_a_broken_tool_is_never_a_wrong_answer(
    monkeypatch: pytest.MonkeyPatch, stimuli: Stimuli, designs: list
) -> None:
    from rtlvr.errors import InfrastructureError

    monkeypatch.setenv("PATH", "/nonexistent")
    broken = Pool(1)
    try:
        with pytest.raises(InfrastructureError):
            judge(broken, stimuli, [designs[0].golden], [answer("t\n", designs[0].golden)])
    finally:
        broken.close()


def test_the_reward_in_trls_shape(pool: Pool, stimuli: Stimuli, designs: list) -> None:
    reward = EquivalenceReward(pool, stimuli)
    completions = [[{"role": "assistant", "content": answer("", d.golden)}] for d in designs[:2]]
    assert reward(completions=completions, golden=[designs[0].golden, designs[0].golden]) == [1.0, 0.0]


@pytest.mark.long
@pytest.mark.tools
def test_what_is_not_proved_may_earn_nothing(stimuli: Stimuli) -> None:
    golden = "module dut(input [15:0] a, b, output [31:0] y); assign y = a * b; endmodule\n"
    loop = "integer i; always @* begin y = 0; for (i = 0; i < 16; i = i + 1) if (a[i]) y = y + (b << i); end"
    added = f"module dut(input [15:0] a, b, output reg [31:0] y); {loop} endmodule\n"
    pool = Pool(1, mode="hybrid")
    try:
        answers = [answer("t\n", code) for code in (added, golden.replace("a * b", "b * a"))]
        assert [j.reward for j in judge(pool, stimuli, [golden] * 2, answers)] == [1.0, 1.0]
        assert [j.reward for j in judge(pool, stimuli, [golden] * 2, answers, accept_unproved=False)] == [0.0, 1.0]
    finally:
        pool.close()
    with pytest.raises(ParameterError, match="accept_unproved"):
        EquivalenceReward(Pool(1), stimuli, accept_unproved=False)


@pytest.mark.long
@pytest.mark.tools
def test_rewards_from_a_ray_cluster(pool: Pool, stimuli: Stimuli, designs: list) -> None:
    """The same rewards, in order, begun early or not; what cannot be judged raises there as here."""
    ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
    from rtlvr.errors import InfrastructureError
    from rtlvr.verify.cluster import RayPool

    goldens = [designs[0].golden, designs[1].golden, designs[0].golden]
    completions = [
        [{"role": "assistant", "content": answer("", d.golden)}] for d in (designs[0], designs[0], designs[0])
    ]
    cluster = RayPool(2)
    try:
        far = EquivalenceReward(cluster, stimuli)
        far.start(goldens[1], completions[1][0]["content"])
        here = EquivalenceReward(pool, stimuli)(completions=completions, golden=goldens)
        assert far(completions=completions, golden=goldens) == here == [1.0, 0.0, 1.0]
        with pytest.raises(InfrastructureError, match="a golden cannot be judged"):
            far(completions=completions[:1], golden=["module dut; nonsense endmodule"])
        assert far(completions=completions[:1], golden=goldens[:1]) == [1.0]
    finally:
        cluster.close()
        ray.shutdown()


def test_tokenizer_round_trips_and_keeps_its_tags() -> None:
    tokenizer = load_tokenizer("tiny")
    text = answer("4 + 3 = 7\n", "module dut ( input [3:0] a, output y );\n  assign y = a == 4'd7;\nendmodule\n")
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text
    for tag in ("<think>", "</think>", "<answer>", "</answer>"):
        assert ids.count(tokenizer.convert_tokens_to_ids(tag)) == 1


def test_the_template_marks_what_the_assistant_says() -> None:
    tokenizer = load_tokenizer("tiny")
    messages = [*chat("spec"), {"role": "assistant", "content": "reply"}]
    out = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    said = [i for i, m in zip(out["input_ids"], out["assistant_masks"], strict=True) if m]
    assert tokenizer.decode(said) == "reply<|end|>"


def test_the_base_is_small_and_its_recipe_is_with_it() -> None:
    from rtlvr.paths import TINY_POLICY

    files = {p.name: p.stat().st_size for p in TINY_POLICY.iterdir()}
    assert sum(files.values()) < 20e6
    assert {"model.safetensors", "log.csv", "recipe.json", "README.md"} <= set(files)
    recipe = json.loads((TINY_POLICY / "recipe.json").read_text())
    last = (TINY_POLICY / "log.csv").read_text().splitlines()[-1]
    assert last.startswith(f"{recipe['steps']},")


def test_format_tokens_are_told_apart() -> None:
    """Embeddings of tags that pre-training never saw must not be copies of one another."""
    tokenizer, model = load_tokenizer("tiny"), load_policy("tiny")
    ids = tokenizer.convert_tokens_to_ids(["<think>", "</think>", "<answer>", "</answer>"])
    rows = torch.nn.functional.normalize(model.get_input_embeddings().weight[ids].float(), dim=1)
    assert (rows @ rows.T - torch.eye(4)).abs().max() < 0.9


@pytest.mark.long
@pytest.mark.tools
def test_the_base_can_be_trained_again(tmp_path: Path) -> None:
    """The recipe runs, the loss falls, and a killed run goes on from its last state."""
    from rtlvr.train.pretrain import train

    train(tmp_path, 100)
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert float(rows[-1].split(",")[2]) < 2.0
    assert load_policy(tmp_path).num_parameters() < 5e6


def test_muon_orthogonalises() -> None:
    from rtlvr.train.muon import orthogonalise

    torch.manual_seed(0)
    for shape in ((3, 16, 40), (2, 40, 16)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
        assert values.min() > 0.5
        assert values.max() < 1.3


@pytest.mark.tools
def test_rl_resumes_where_it_stopped(pool: Pool, stimuli: Stimuli, designs: list, tmp_path: Path) -> None:
    """Two steps at once, or one, a kill, and one more: the same steps are recorded, once each."""
    from rtlvr.evaluate.heldout import trial
    from rtlvr.evaluate.suite import Designs
    from rtlvr.train.rl import improve, read_steps

    rows = problems(designs)
    one = load("smoke", {"rl.steps": 1})
    look = trial(Designs(rows[:2], pool, stimuli), one.evaluation)
    improve("tiny", rows, look, one, pool, stimuli, tmp_path)
    improve("tiny", rows, look, load("smoke", {"rl.steps": 2}), pool, stimuli, tmp_path)
    steps = read_steps(tmp_path / "steps.jsonl")
    assert steps["step"].tolist() == [1, 2]
    assert steps["prompts_drawn"].min() >= 2


def test_sft_rows_carry_the_format() -> None:
    from rtlvr.records import Attempt, Triple
    from rtlvr.train.sft import sft_dataset

    given = Attempt(thought="t\n", code="c\n", status="equivalent", reason="")
    row = Triple(id="a", golden="g", top="t", category="c", source="s", prompt="p", attempts=(given,))
    made = sft_dataset([row.exchange])[0]
    assert made["completion"][0]["content"] == answer("t\n", "c\n")
    assert [m["role"] for m in made["prompt"]] == ["system", "user"]


def test_paper_settings_reach_trl(tmp_path: Path) -> None:
    """What facts the paper states arrives in TRL's own fields."""
    from rtlvr.train.config import grpo_config

    params = load("paper", {"rl.deepspeed": None, "rl.bf16": False, "rl.vllm": "off"})
    rl = params.rl.model_copy(update={"deepspeed": None})
    config = grpo_config(rl, tmp_path, 0)
    assert (config.epsilon, config.epsilon_high, config.beta, config.loss_type) == (0.2, 0.28, 0.0, "dapo")
    assert (config.num_generations, config.max_completion_length, config.max_steps) == (16, 16384, 600)
    assert config.generation_batch_size == 128 * 16
    assert config.per_device_train_batch_size * config.gradient_accumulation_steps == 64 * 16
    assert config.max_grad_norm == 0.5
