"""Policies by name: the kit's small base, a folder, or a model on the hub."""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.errors import ParameterError
from rtlvr.hdl.response import SYSTEM_PROMPT
from rtlvr.paths import TINY_POLICY
from rtlvr.train.attention import GROUPED


def location(name: str) -> str:
    """The folder or hub id of a policy: `tiny` is the base shipped with the kit."""
    return str(TINY_POLICY) if name == "tiny" else name


def load_tokenizer(name: str | Path) -> PreTrainedTokenizerBase:
    """The policy's tokenizer, padding on the left as generation needs."""
    tokenizer = AutoTokenizer.from_pretrained(location(str(name)))
    tokenizer.padding_side = "left"
    if tokenizer.chat_template is None:
        raise ParameterError(f"got policy {name!r} without a chat template; use an instruction-tuned model")
    return tokenizer


def load_policy(name: str | Path, bf16: bool = False, attention: str | None = None) -> PreTrainedModel:
    """The policy's weights, in bfloat16 or float32, on the GPU where there is one.

    Args:
        attention: transformers' name of an attention; None: the one that decodes fastest on the device.
    """
    dtype = torch.bfloat16 if bf16 else torch.float32
    attention = attention or ("sdpa" if torch.cuda.is_available() else GROUPED)
    model = AutoModelForCausalLM.from_pretrained(location(str(name)), dtype=dtype, attn_implementation=attention)
    return model.to("cuda" if torch.cuda.is_available() else "cpu")


def chat(prompt: str) -> list[dict[str, str]]:
    """The messages that ask for `prompt`; the paper's system prompt in front (the small policy's template leaves it out)."""
    return [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": prompt}]
