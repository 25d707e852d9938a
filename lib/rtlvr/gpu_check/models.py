"""Models to measure: random weights of Qwen2.5-Coder's shapes made on the device, or a policy by name."""

from typing import cast

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel, Qwen2Config

from rtlvr.gpu_check.context import CheckContext
from rtlvr.gpu_check.shapes import SHAPES
from rtlvr.policy.attention import steady_attention


def config_of(shape: str) -> Qwen2Config:
    """The configuration of a shape; no token ends a text."""
    hidden, layers, heads, key_heads, intermediate, vocabulary, tied = SHAPES[shape]
    return Qwen2Config(
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=key_heads,
        intermediate_size=intermediate,
        vocab_size=vocabulary,
        tie_word_embeddings=tied,
        max_position_embeddings=32768,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )


def random_model(context: CheckContext, dtype: torch.dtype) -> PreTrainedModel:
    """Random weights (seed 0) of the context's shape, made in `dtype` on the device itself, with torch's own attention."""
    steady_attention()
    torch.manual_seed(0)
    with torch.device(context.device):
        model = AutoModelForCausalLM.from_config(config_of(context.shape), dtype=dtype, attn_implementation="sdpa")
    return _ready(model, context.device)


def model_of(context: CheckContext, dtype: torch.dtype) -> PreTrainedModel:
    """The policy `--weights` names, or random weights, on the device, ready to generate; `dtype` is bfloat16 or float32."""
    if context.weights is None:
        return random_model(context, dtype)
    from rtlvr.policy.model import load_policy  # needs more of the kit than random weights do

    model = load_policy(context.weights, bf16=dtype is torch.bfloat16, attention="sdpa")
    return _ready(model, context.device)


def _ready(model: PreTrainedModel, device: torch.device) -> PreTrainedModel:
    cast(torch.nn.Module, model).to(device)
    model.eval()
    return model


def matmul_parameters(model: PreTrainedModel) -> int:
    """Parameters that every token is multiplied with: all, less an embedding table that is only looked up in."""
    total = sum(p.numel() for p in model.parameters())
    table = cast(torch.nn.Embedding, model.get_input_embeddings())
    return total if model.config.tie_word_embeddings else total - table.weight.numel()


def random_prompts(model: PreTrainedModel, count: int, mean: int, seed: int = 0) -> list[list[int]]:
    """Prompts of random tokens; their lengths run evenly from 0.8 to 1.2 of `mean`, so that a batch needs padding."""
    generator = torch.Generator().manual_seed(seed)
    shortest, spread = int(0.8 * mean), int(0.4 * mean) + 1
    lengths = [shortest + i % spread for i in range(count)]
    # Small ids are special tokens in some vocabularies.
    return [torch.randint(10, model.config.vocab_size, (n,), generator=generator).tolist() for n in lengths]
