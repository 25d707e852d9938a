"""Memory of one training step on one GPU, in bytes, part by part, and the micro-batch that fits.

It follows what the trainers do: weights in float32 under autocast (DeepSpeed: in bfloat16 beside a float32 copy), AdamW, the
tensors that a decoder's backward pass needs, or with gradient checkpointing one input per layer and one layer in full, and
logits in tiles: TRL never makes length x vocabulary of them. Where they are made whole (`Training.tiled` false: transformers'
own loss) they are kept in their own type, and in float32 as their logarithms with two gradients.

`tests/plan/test_memory.py` holds it against PyTorch's own count. Not in it: fragmentation and the driver's context, for
which `RESERVE` is kept free, and buffers of communication.
"""

from dataclasses import asdict, dataclass, replace

from rtlvr.plan.shapes import DecoderShape

TILE_TOKENS, TILE_WIDTH = 4096, 32768  # of TRL's tiles of logits
RESERVE = 0.08  # of the card: context, allocator, communication
LIVE = 1e9  # weights that ZeRO-3 keeps gathered at once (DeepSpeed's default)
ADAM, FLOAT, BF16 = 8.0, 4.0, 2.0  # bytes per number


@dataclass(frozen=True)
class Training:
    """How a stage trains: lengths in tokens, `micro` sequences per forward pass and device.

    `zero`: DeepSpeed's ZeRO stage, 0 to 3; 0 is none. `offload`: optimiser and weights wait in the host's memory.
    `beside`: bytes that generation holds meanwhile. `autocast`: products in bfloat16.
    `folds`: float32 copies of a tile of logits while it is worked on (none with Triton).
    """

    length: int
    micro: int = 1
    devices: int = 1
    zero: int = 0
    offload: bool = False
    lora_rank: int = 0
    beside: float = 0.0
    checkpointing: bool = True
    autocast: bool = True
    tiled: bool = True
    folds: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens of one forward pass on one device."""
        return self.length * self.micro


@dataclass(frozen=True)
class Memory:
    """Bytes on one device, by part. The parts are alive at once at the step's most crowded moment."""

    weights: float
    gradients: float
    optimizer: float
    casts: float
    activations: float
    logits: float
    beside: float

    @property
    def total(self) -> float:
        """All parts."""
        return float(sum(asdict(self).values()))


def memory(shape: DecoderShape, how: Training) -> Memory:
    """The most crowded moment of a step in which gradients of earlier micro-batches wait: before, at, or after the loss."""
    weights, gradients, optimizer = _states(shape, how)
    casts, saved, logits = max(_moments(shape, how), key=sum)
    return Memory(weights, gradients, optimizer, casts, saved, logits, how.beside)


def _states(shape: DecoderShape, how: Training) -> tuple[float, float, float]:
    """Weights, gradients and optimiser. ZeRO 1, 2 and 3 divide optimiser, gradients and weights among the devices."""
    trained = shape.adapter(how.lora_rank) or shape.parameters
    extra = shape.adapter(how.lora_rank)
    part = [1 / how.devices if how.zero >= stage else 1.0 for stage in (3, 2, 1)]
    number = BF16 if how.zero else FLOAT  # DeepSpeed trains weights in bfloat16 beside a float32 copy
    master = FLOAT if how.zero else 0.0
    gathered = BF16 * min(LIVE, shape.parameters) if how.zero >= 3 else 0.0
    weights = number * (shape.parameters + extra) * part[0]
    if how.offload:
        return gathered, 0.0, 0.0
    buckets = 2 if how.devices > 1 and not how.zero else 1  # DistributedDataParallel sends copies of the gradients
    return weights + gathered, buckets * number * trained * part[1], (ADAM + master) * trained * part[2]


def _moments(shape: DecoderShape, how: Training) -> list[tuple[float, float, float]]:
    """Casts, activations and logits at the loss, behind the loss, and in the backward pass of the last layer."""
    mixed = how.autocast and not how.zero
    casts = BF16 * shape.linear if mixed else 0.0
    layer = _layer(shape, how)
    edge = _number(how) * how.tokens * shape.hidden  # what goes from layer to layer
    saved = shape.layers * (edge if how.checkpointing else layer) + 3 * edge
    forward, backward = _logits(shape, how)
    again = layer if how.checkpointing else 0.0
    kept = 0.0 if how.checkpointing else casts  # the backward pass of a layer needs the cast that it was computed with
    one = BF16 * shape.layer if mixed else 0.0
    passing = _wide(how) * how.tokens * 3 * shape.intermediate + 2 * edge
    return [(casts, saved, forward), (kept, saved, backward), (max(kept, one), saved + again + passing, 0.0)]


def _number(how: Training) -> float:
    """Bytes of a number between layers: float32, but for DeepSpeed's bfloat16 weights."""
    return BF16 if how.zero and how.autocast else FLOAT


def _wide(how: Training) -> float:
    """Bytes of a number inside a layer."""
    return BF16 if how.autocast else FLOAT


def _layer(shape: DecoderShape, how: Training) -> float:
    """What the backward pass of one layer needs: inputs and outcomes of two norms, queries, keys, values, answer, four of
    the feed-forward net; under autocast each linear layer that reads a norm has a copy of its own.
    """
    number, wide = _number(how), _wide(how)
    norms = 4 * number + (5 * wide if number != wide else 2 * wide)
    inner = 2 * shape.queries + 2 * shape.key_values + 4 * shape.intermediate
    return how.tokens * (norms * shape.hidden + wide * inner)


def _logits(shape: DecoderShape, how: Training) -> tuple[float, float]:
    """Logits in the forward pass, and in their backward pass with the gradients that it makes in float32."""
    trained = 0 if how.lora_rank else shape.embedding
    if how.tiled:
        rows = min(how.tokens, TILE_TOKENS)
        tile = rows * TILE_WIDTH * _wide(how)
        folded = FLOAT * rows * min(TILE_WIDTH, shape.vocabulary) * how.folds
        gradients = FLOAT * (trained + how.tokens * shape.hidden)
        return tile + folded / 2, tile + folded + gradients
    whole = how.tokens * shape.vocabulary
    copy = FLOAT * whole if how.autocast else 0.0
    own = _wide(how) * whole
    return own + copy + FLOAT * whole, own + 3 * FLOAT * whole


def fits(shape: DecoderShape, how: Training, capacity: float) -> bool:
    """Whether a step fits into `capacity` bytes of a device, of which `RESERVE` stays free."""
    return memory(shape, how).total <= (1 - RESERVE) * capacity


def largest(shape: DecoderShape, how: Training, capacity: float, most: int) -> int:
    """The largest micro-batch that fits, of powers of two up to `most`; 0 where not even one sequence does."""
    sizes = [2**k for k in range(max(1, most).bit_length()) if 2**k <= max(1, most)]
    return max((n for n in sizes if fits(shape, replace(how, micro=n), capacity)), default=0)


def host(shape: DecoderShape, how: Training) -> float:
    """Bytes of the host's memory that offloading takes, for all devices together; 0 without it."""
    return 16.0 * shape.parameters if how.offload else 0.0
