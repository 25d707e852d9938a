"""Sampling: the same tokens as transformers' own, in order, within the budget."""

import pytest
import torch

from rtlvr.policy.generate import Sampling, choose, complete, complete_texts, sample_ids, stop_ids
from rtlvr.policy.model import chat, conversation_ids, fits, load_policy, load_tokenizer

PROMPTS = [
    "Design a 3 bit counter .\nmodule dut ( input clk, output reg [2:0] q );",
    "y is 1 when a is 3 .\nmodule dut ( input [2:0] a, output y );",
    "Write a toggle .",
    "Give me a gate that is 1 when both a and b are 1 .\nmodule dut ( input a, input b, output y );",
]


@pytest.fixture(scope="module")
def tiny():
    return load_policy("tiny"), load_tokenizer("tiny")


@pytest.mark.parametrize("text", ["a b\n" * 40, "assign y = a & b;" * 30, "µ→" * 60, ""])
def test_what_fits_is_what_its_tokens_say(tiny, text: str) -> None:
    tokenizer = tiny[1]
    messages = [*chat("Say."), {"role": "assistant", "content": text}]
    count = len(conversation_ids(tokenizer, messages, asks=False))
    assert fits(tokenizer, messages, count) and not fits(tokenizer, messages, count - 1)
    assert fits(tokenizer, messages, 10_000)


@pytest.mark.tools
def test_greedy_equals_generate_with_plain_attention(tiny) -> None:
    model, tokenizer = tiny
    plain = load_policy("tiny", attention="sdpa")
    chats = [chat(p) for p in PROMPTS]
    ours = list(complete(model, tokenizer, chats, Sampling(48, temperature=0)))
    for messages, ids in zip(chats, ours, strict=True):
        inputs = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        theirs = plain.generate(**inputs, max_new_tokens=48, do_sample=False)[0, inputs["input_ids"].shape[1] :]
        assert ids == theirs.tolist()


def test_budget_and_stop(tiny) -> None:
    model, tokenizer = tiny
    stops = stop_ids(model, tokenizer)
    for ids in complete(model, tokenizer, [chat(p) for p in PROMPTS], Sampling(20)):
        assert 1 <= len(ids) <= 20
        assert not any(i in stops for i in ids[:-1])


def test_a_seed_repeats_and_leaves_the_global_generator_alone(tiny) -> None:
    model, tokenizer = tiny
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    runs = [complete_texts(model, tokenizer, [chat(p) for p in PROMPTS], Sampling(24), seed=1) for _ in range(2)]
    assert runs[0] == runs[1]
    assert torch.equal(torch.rand(3), expected)


def test_temperature_and_nucleus() -> None:
    logits = torch.log(torch.tensor([[0.6, 0.3, 0.1]])).repeat(20_000, 1)
    torch.manual_seed(0)
    chosen, logprobs = choose(logits, Sampling(1))
    assert torch.allclose(torch.bincount(chosen, minlength=3) / 20_000, torch.tensor([0.6, 0.3, 0.1]), atol=0.02)
    assert torch.allclose(logprobs, logits.gather(1, chosen[:, None])[:, 0], atol=1e-5)
    nucleus = torch.bincount(choose(logits, Sampling(1, top_p=0.8))[0], minlength=3) / 20_000
    assert torch.allclose(nucleus, torch.tensor([2 / 3, 1 / 3, 0.0]), atol=0.02)
    assert choose(logits[:1], Sampling(1, temperature=0))[0].item() == 0


def test_a_row_with_its_own_luck() -> None:
    """One uniform number decides a token, by the cumulated probabilities; nothing impossible is ever chosen."""
    logits = torch.log(torch.tensor([[0.6, 0.0, 0.3, 0.1]])).repeat(6, 1)
    tokens, _ = choose(logits, Sampling(1), [0.0, 0.59, 0.61, 0.89, 0.91, 0.999999])
    assert tokens.tolist() == [0, 0, 2, 2, 3, 3]
    cut, _ = choose(logits, Sampling(1, top_p=0.8), [0.0, 0.65, 0.67, 0.9, 0.99, 0.999999])
    assert cut.tolist() == [0, 0, 2, 2, 2, 2]


@pytest.mark.tools
def test_an_answer_depends_on_its_key_alone() -> None:
    """Neither on what else is in the batch, nor on the order, nor on torch's generator."""
    tokenizer, model = load_tokenizer("tiny"), load_policy("tiny")
    ids = tokenizer.apply_chat_template([chat(p) for p in PROMPTS], add_generation_prompt=True, return_dict=True)
    ids, stops = ids["input_ids"], {tokenizer.eos_token_id}
    keys = [f"key {i}" for i in range(len(ids))]
    together = [c.ids for c in sample_ids(model, ids, Sampling(24), stops, keys)]
    torch.manual_seed(99)
    alone = [sample_ids(model, [one], Sampling(24), stops, [key])[0].ids for one, key in zip(ids, keys, strict=True)]
    backwards = [c.ids for c in sample_ids(model, ids[::-1], Sampling(24), stops, keys[::-1])][::-1]
    assert together == alone == backwards
    other = [c.ids for c in sample_ids(model, ids, Sampling(24), stops, [key + "'" for key in keys])]
    assert other != together
