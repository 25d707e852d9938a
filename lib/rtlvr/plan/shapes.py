"""The shape of a decoder, by a model's name or from its `config.json`; no weights are read."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from rtlvr.errors import ParameterError
from rtlvr.paths import TINY_POLICY, model_path


@dataclass(frozen=True)
class DecoderShape:
    """A decoder of the Llama kind: grouped attention and a gated feed-forward net.

    `tied`: input and output embedding are one matrix. Biases and norms, a thousandth of the parameters, are left out.
    """

    vocabulary: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    key_value_heads: int
    head: int  # width of one head
    tied: bool

    @property
    def queries(self) -> int:
        """Width of all queries together."""
        return self.heads * self.head

    @property
    def key_values(self) -> int:
        """Width of all keys together; that of the values is the same."""
        return self.key_value_heads * self.head

    @property
    def layer(self) -> int:
        """Weights of one layer."""
        return self.hidden * (2 * self.queries + 2 * self.key_values + 3 * self.intermediate)

    @property
    def embedding(self) -> int:
        """Weights of one embedding."""
        return self.vocabulary * self.hidden

    @property
    def linear(self) -> int:
        """Weights of all layers."""
        return self.layers * self.layer

    @property
    def parameters(self) -> int:
        """All weights."""
        return self.linear + self.embedding * (1 if self.tied else 2)

    @property
    def multiplied(self) -> int:
        """Weights that every token is multiplied with: the layers and the output embedding."""
        return self.linear + self.embedding

    def adapter(self, rank: int) -> int:
        """Weights of a LoRA adapter of that rank on all linear layers; 0 for rank 0."""
        attention = 2 * (self.hidden + self.queries) + 2 * (self.hidden + self.key_values)
        return self.layers * rank * (attention + 3 * (self.hidden + self.intermediate))


# Qwen2.5, Qwen2.5-Coder and what was trained from them, by size.
QWEN = {
    "0.5B": DecoderShape(151936, 896, 4864, 24, 14, 2, 64, True),
    "1.5B": DecoderShape(151936, 1536, 8960, 28, 12, 2, 128, True),
    "3B": DecoderShape(151936, 2048, 11008, 36, 16, 2, 128, True),
    "7B": DecoderShape(152064, 3584, 18944, 28, 28, 4, 128, False),
    "14B": DecoderShape(152064, 5120, 13824, 48, 40, 8, 128, False),
    "32B": DecoderShape(152064, 5120, 27648, 64, 40, 8, 128, False),
}
_QWEN = re.compile(r"(?:qwen2\.5|codev-r1|deepseek-r1-distill-qwen).*?-(\d+(?:\.\d+)?b)\b", re.IGNORECASE)


def shape_of(model: str) -> DecoderShape:
    """The shape of `model`: `tiny`, a folder with a `config.json` (or that file), or a name of the Qwen2.5 family.

    Raises:
        ParameterError: it is none of these, or its configuration lacks a size.
    """
    path = TINY_POLICY if model == "tiny" else Path(model_path(model))
    config = path if path.name == "config.json" else path / "config.json"
    if config.is_file():
        return _read(config)
    named = _QWEN.search(model)
    size = named[1].upper() if named else ""
    if size not in QWEN:
        raise ParameterError(
            f"got model {model!r}, whose shape is not known; allowed: tiny, a folder with a config.json, or Qwen2.5 of "
            f"{', '.join(QWEN)}; download its config.json alone and give that folder as --model"
        )
    return QWEN[size]


def _read(path: Path) -> DecoderShape:
    """Raises ParameterError where a size is missing."""
    config = json.loads(path.read_text(encoding="utf-8"))
    try:
        heads, hidden = int(config["num_attention_heads"]), int(config["hidden_size"])
        return DecoderShape(
            vocabulary=int(config["vocab_size"]),
            hidden=hidden,
            intermediate=int(config["intermediate_size"]),
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            key_value_heads=int(config.get("num_key_value_heads") or heads),
            head=int(config.get("head_dim") or hidden // heads),
            tied=bool(config.get("tie_word_embeddings", False)),
        )
    except KeyError as error:
        raise ParameterError(
            f"got {path} without {error}; needed: the configuration of a decoder-only transformer"
        ) from None
