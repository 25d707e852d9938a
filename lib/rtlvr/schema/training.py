"""Parameters of training: notebooks 04 and 05."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole


class Data(Section):
    """Where training sets come from: `ours` is what notebooks 02 and 03 make; all else is read as it was published."""

    sft: str = Field(
        description="training set of SFT: ours, authors:FILE (JSON lines), hub:NAME, or a file or folder with prompt and "
        "response"
    )
    rl: str = Field(
        description="training set of RL: ours, authors:FILE (Parquet), hub:NAME, or a file or folder with prompt and "
        "golden"
    )
    validation: str = Field(description="held-out problems: ours, or any form that data.rl allows")
    decontaminate: bool = Field(
        description="true: leave out training rows that copy or behave as what a stage is tried on: held-out problems, "
        "benchmarks (docs/own.md); false: those alone that have its very text"
    )
    heldout: Whole = Field(
        description="number of the kit's own held-out designs, of each of its three sets, that rows from outside the kit are kept "
        "apart from; no stage may then be tried on more"
    )
    apart: list[str] = Field(
        description="benchmarks of your own, as folder:PATH, that training rows are kept apart from, besides those that "
        "evaluation.on names"
    )

    @field_validator("apart")
    @classmethod
    def _own_benchmarks(cls, names: list[str]) -> list[str]:
        if wrong := [name for name in names if not name.removeprefix("folder:") or not name.startswith("folder:")]:
            raise ValueError(f"got {wrong[0]!r}; allowed: folder:PATH (public benchmarks are kept apart anyway)")
        return names


class Sft(Section):
    """Supervised fine-tuning with TRL's SFTTrainer."""

    model: str = Field(description="policy that training starts from: tiny, a folder, a hub name or gguf:PATH")
    epochs: Real = Field(description="number of passes over the training set")
    learning_rate: Real = Field(description="highest learning rate")
    scheduler: Literal["cosine", "linear", "constant"] = Field(description="way in which the learning rate falls")
    warmup_ratio: Rate = Field(description="share of the steps in which the learning rate rises")
    batch_size: Positive = Field(description="number of sequences per device and forward pass")
    accumulation: Positive = Field(description="number of forward passes per optimiser step")
    max_length: Positive = Field(description="longest sequence, in tokens; longer rows are left out")
    packing: bool = Field(description="true: several rows share one sequence")
    lora_rank: Whole = Field(
        description="rank of the adapter that is trained on all linear layers; 0: all weights are trained"
    )
    eval_problems: Whole = Field(
        description="number of held-out problems that are tried while training; 0, or with DeepSpeed: none"
    )
    bf16: bool = Field(description="true: products in bfloat16 (autocast), weights in float32")
    attention: Literal["sdpa", "flash_attention_2", "eager"] = Field(description="implementation of attention")
    deepspeed: Annotated[str | None, ASIDE] = Field(description="file of a DeepSpeed configuration; null: none")


DrawRule = Literal[
    "none", "fixed", "paper", "greso", "dps", "reinforce-ada", "knapsack-rl", "dots-replay", "rollpacker", "april",
    "prime-rl-pools", "tracking", "ours", "ours-narrow",
]  # fmt: skip
# In studies also the profile's default by its parts; TRL's own step is in none.
StudiedRule = Literal[
    "fixed", "paper", "greso", "dps", "reinforce-ada", "knapsack-rl", "dots-replay", "rollpacker", "april",
    "prime-rl-pools", "tracking", "tracking, carry", "ours-tracking", "ours", "ours-narrow",
]  # fmt: skip
_WHOLE_GROUPS = ("none", "fixed", "paper", "tracking")  # their groups are judged when they are whole
_ROUNDS_OF_ADA = 4
_PARTS_OF_GROUPS = (
    "reinforce-ada",
    "knapsack-rl",
    "rollpacker",
    "ours",
    "ours-narrow",
)  # they ask for other sizes than one


class Rl(Section):
    """Adaptive DAPO on TRL's GRPOTrainer (paper §3.3)."""

    model: str = Field(
        description="policy that training starts from: sft (the policy of stage 04), a folder or a hub name"
    )
    seed: Whole = Field(description="seed of RL alone; the earlier stages keep theirs")
    steps: Positive = Field(description="number of optimisation steps")
    token_budget: Whole = Field(
        description="number of generated tokens after which training stops, at the end of a step; 0: no limit"
    )
    seconds: Whole = Field(
        description="number of seconds after which training stops, at the end of a step; 0: no limit"
    )
    answer: Literal["tags", "code"] = Field(
        description="format that is rewarded; tags: the paper's tags with the code inside; code: any answer with a block "
        "of Verilog"
    )
    reward: Literal["equivalence", "signals"] = Field(
        description="rule of the reward; equivalence: 1 or 0; signals: also half the share of right outputs, in groups "
        "without a right answer"
    )
    area_weight: Rate = Field(
        description="bonus for a small area, only for answers that are proved equivalent: half of it at the golden's "
        "area; 0: none"
    )
    learning_rate: Real = Field(description="highest learning rate")
    warmup_steps: Whole = Field(description="number of steps in which the learning rate rises")
    weight_decay: Real = Field(description="weight decay of the optimiser")
    max_grad_norm: Real = Field(description="largest norm of the gradients; larger ones are scaled down to it")
    prompts_per_step: Positive = Field(description="B: number of mixed groups per optimisation step")
    mini_batch_prompts: Positive = Field(description="number of groups per optimiser update")
    group_size: Positive = Field(description="number of answers per prompt")
    temperature: Real = Field(description="sampling temperature of answers")
    max_prompt: Positive = Field(description="longest prompt, in tokens; longer ones are left out")
    max_response: Positive = Field(description="longest answer, in tokens")
    clip_low: Real = Field(description="epsilon_low: how far a probability ratio may fall before it is clipped")
    clip_high: Real = Field(description="epsilon_high: how far a probability ratio may rise before it is clipped")
    overlong_buffer: Whole = Field(
        description="number of tokens before the end of the budget in which the penalty grows; 0: no penalty"
    )
    overlong_penalty: Real = Field(description="reward that an answer loses if it fills its budget")
    draw_rule: DrawRule = Field(
        description="how a step is filled; none: TRL's own step, uniform groups and all; tracking, ours, ours-narrow: this kit's; "
        "others as published (docs/draws.md). Rules that end a round early (rollpacker, april, ours) stop answers after an eighth "
        "of max_response or several; vLLM finishes all"
    )
    draw_correction: Literal["none", "groups", "all"] = Field(
        description="groups: unbiased where groups end by their own rewards (ours); all: also one over the probability with "
        "which a rule took the prompt; both change nothing for other rules"
    )
    max_draws: Positive = Field(description="number of rounds after which a step trains on the groups that it has")
    carry_steps: Whole = Field(
        description="number of steps for which a surplus mixed group may wait; 0: it is discarded, as in the paper (none, "
        "fixed, paper, tracking; others carry as published)"
    )
    prompt_history: bool = Field(
        description="true: draw a prompt less often if its answers were all alike (tracking only)"
    )
    draw_margin: Real = Field(
        description="number of standard deviations that the tracking rule draws above its expectation"
    )
    prompts: Whole = Field(
        description="size of the RL set, drawn at random from the rows that the filters leave; 0: all rows"
    )
    micro_batch: Positive = Field(description="number of answers per forward pass and device")
    lora_rank: Whole = Field(
        description="rank of the adapter that is trained on all linear layers; 0: all weights are trained"
    )
    save_steps: Annotated[Positive, ASIDE] = Field(description="number of steps between checkpoints")
    eval_steps: Positive = Field(description="number of steps between trials on held-out problems")
    eval_problems: Whole = Field(
        description="number of held-out problems that are tried while training; 0, or with DeepSpeed: none"
    )
    bf16: bool = Field(
        description="true: products in bfloat16 (autocast), weights in float32; on a GPU answers are sampled from a "
        "bfloat16 copy"
    )
    gradient_checkpointing: bool = Field(description="true: compute activations twice to save memory")
    report_to: Annotated[Literal["none", "tensorboard", "trackio"], ASIDE] = Field(
        description="place that training curves go to, besides the kit's own"
    )
    verify_on: Annotated[Literal["local", "ray"], ASIDE] = Field(
        description="place of verification: local: this machine; ray: a Ray cluster"
    )
    accept_unproved: bool = Field(
        description="true: also reward an equivalent that is not proved; false: only proofs, judged by hybrid"
    )
    vllm: Literal["off", "colocate", "server"] = Field(
        description="place in which vLLM runs; off: transformers generate instead; colocate: in this process; server: on "
        "a server"
    )
    vllm_host: Annotated[str, ASIDE] = Field(
        description="machine that runs `trl vllm-serve` (only with rl.vllm=server)"
    )
    deepspeed: Annotated[str | None, ASIDE] = Field(description="file of a DeepSpeed configuration; null: none")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Parameters that would do nothing beside this draw_rule are refused."""
        idle = []
        if self.draw_rule != "tracking":
            idle += [f"rl.{name}={off}" for name, off in (("prompt_history", "false"), ("draw_margin", "0.0"))
                     if getattr(self, name)]  # fmt: skip
        if self.draw_rule not in ("fixed", "paper", "tracking") and self.carry_steps:
            idle.append("rl.carry_steps=0")
        if idle:
            raise ValueError(f"it does nothing with draw_rule={self.draw_rule}; set {', '.join(idle)} as well")
        return self

    @model_validator(mode="after")
    def _whole_groups(self) -> Self:
        """Rewards between 0 and 1, or above, need groups that are whole when they are judged; one rule needs four rounds."""
        graded = self.reward != "equivalence" or self.area_weight > 0
        if graded and self.draw_rule not in _WHOLE_GROUPS:
            raise ValueError(
                f"got draw_rule={self.draw_rule} with reward={self.reward} and area_weight={self.area_weight}; graded rewards "
                f"and the area bonus go with {', '.join(_WHOLE_GROUPS)}"
            )
        if self.draw_rule == "reinforce-ada" and self.max_draws < _ROUNDS_OF_ADA:
            raise ValueError(
                f"got max_draws={self.max_draws} with draw_rule=reinforce-ada; it decides on a group after {_ROUNDS_OF_ADA} "
                f"rounds, so allow at least as many"
            )
        return self

    @model_validator(mode="after")
    def _can_be_generated(self) -> Self:
        """Rules that ask for what vLLM is not asked for here are refused beside it."""
        no_parts = self.vllm == "server" and self.draw_rule in _PARTS_OF_GROUPS
        no_spares = self.vllm != "off" and self.draw_rule == "rollpacker"
        if no_parts or no_spares:
            raise ValueError(
                f"got draw_rule={self.draw_rule} with vllm={self.vllm}; a server answers whole groups alone, and vLLM knows no "
                "spare answers; use rl.vllm=off, colocate (not for rollpacker), or another rule"
            )
        return self


class RlStudy(Section):
    """Short runs beside the main one: ways to fill a step, and filters of the RL set (paper §3.1, §3.3)."""

    seeds: Whole = Field(description="number of seeds of every run; 0: no studies")
    rule_steps: int = Field(
        ge=2, description="number of steps of the runs that compare draw rules; the simulator is fitted to two or more"
    )
    compare: list[Literal["rules", "filters", "rewards"]] = Field(
        description="what is compared: draw rules, filters of the RL set, verifiers that reward"
    )
    rules: list[StudiedRule] = Field(
        description="draw rules that are compared, fixed among them: every cost is divided by that of fixed"
    )
    rule_tokens: Whole = Field(
        description="number of tokens that each run may generate that compares rules at equal tokens; 0: no such runs"
    )
    rule_prompts: Whole = Field(
        description="size of the RL set of these runs; 0: all. The paper's 3.1 K prompts are drawn some 25 times"
    )
    filter_tokens: Positive = Field(
        description="number of tokens that each of the runs that compare filters may generate"
    )
    prompts_per_step: Positive = Field(description="number of mixed groups per step of these runs")
    problems: Positive = Field(description="largest number of problems of evaluation.on that each run is tried on")
    simulated_steps: Positive = Field(description="number of steps of each simulated run at the paper's scale")
    jobs: Annotated[Whole, ASIDE] = Field(
        description="number of runs at once; 0: one per core, or a single one with a GPU"
    )
