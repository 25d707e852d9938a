"""The model that answers are sampled from, and how far training moves weights."""

import pytest
import torch
from peft import get_peft_model

from rtlvr.policy.model import load_policy
from rtlvr.train.adapter import adapter
from rtlvr.train.rollout import RolloutModel, merged_weights


@pytest.fixture(scope="module")
def tiny():
    """The small policy in float32."""
    return load_policy("tiny")


def _with_adapter():
    torch.manual_seed(0)
    model = get_peft_model(load_policy("tiny"), adapter(4))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.02)
    return model


def test_the_copy_is_the_trained_model_in_bfloat16(tiny):
    copy = RolloutModel(copied=True).current(tiny, 0)
    ids = torch.arange(5, 25)[None]
    with torch.no_grad():
        wanted = load_policy("tiny", bf16=True)(input_ids=ids).logits
        assert torch.equal(copy(input_ids=ids).logits, wanted)
    assert copy.generation_config.eos_token_id == tiny.generation_config.eos_token_id
    assert not any(p.requires_grad for p in copy.parameters())


def test_weights_are_copied_once_per_step(tiny):
    rollout, trained = RolloutModel(copied=True), load_policy("tiny")
    first = next(iter(rollout.current(trained, 0).parameters())).clone()
    with torch.no_grad():
        next(iter(trained.parameters())).add_(1.0)
    assert torch.equal(next(iter(rollout.current(trained, 0).parameters())), first)
    assert torch.equal(next(iter(rollout.current(trained, 1).parameters())), first + 1)


def test_an_adapter_is_merged_into_what_is_sampled_from(tiny):
    model = _with_adapter()
    trained = [p.clone() for p in model.parameters()]
    merged = dict(merged_weights(model))
    assert all(map(torch.equal, trained, model.parameters())), "the adapter is as it was"
    wanted = model.merge_and_unload()
    names = dict(wanted.named_parameters())
    assert set(names) <= set(merged)
    assert all(torch.allclose(merged[name], value, atol=1e-6) for name, value in names.items())
    changed = [name for name, value in tiny.named_parameters() if not torch.allclose(value, names[name])]
    assert len(changed) == 7 * tiny.config.num_hidden_layers, "query, key, value, output and the three of the MLP"


def test_without_a_copy_the_trained_model_samples(tiny):
    assert RolloutModel(copied=False).current(tiny, 3) is tiny
