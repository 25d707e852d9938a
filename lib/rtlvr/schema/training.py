"""Parameters of training: notebooks 04 and 05."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole


class Data(Section):
    """Where training sets come from: `ours` is what notebooks 02 and 03 make; all else is read as it was published."""

    sft: str = Field(description="ours, authors:FILE (JSON lines), hub:NAME, or a file or folder with prompt, response")
    rl: str = Field(description="ours, authors:FILE (Parquet), hub:NAME, or a file or folder with prompt, golden")
    validation: str = Field(description="held-out problems: ours, or as for rl")
    decontaminate: bool = Field(
        description="leave out published rows that copy a problem of the benchmarks under benchmarks.root or of what "
        "evaluation.on names, or behave as one"
    )


class Sft(Section):
    """Supervised fine-tuning with TRL's SFTTrainer."""

    model: str = Field(description="the policy to start from: tiny, a folder, a hub name or gguf:PATH")
    epochs: Real = Field(description="passes over the training set")
    learning_rate: Real = Field(description="highest learning rate")
    scheduler: Literal["cosine", "linear", "constant"] = Field(description="how the learning rate falls")
    warmup_ratio: Rate = Field(description="share of the steps in which the learning rate rises")
    batch_size: Positive = Field(description="sequences per device and forward pass")
    accumulation: Positive = Field(description="forward passes per optimiser step")
    max_length: Positive = Field(description="longest sequence, in tokens; longer rows are left out")
    packing: bool = Field(description="several rows in one sequence")
    lora_rank: Whole = Field(description="train an adapter of this rank on all linear layers; 0: all weights")
    eval_problems: Whole = Field(
        description="held-out problems that are generated and verified while training; 0, or with DeepSpeed: none"
    )
    bf16: bool = Field(description="products in bfloat16 (autocast), weights in float32")
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
_PARTS_OF_GROUPS = (
    "reinforce-ada",
    "knapsack-rl",
    "rollpacker",
    "ours",
    "ours-narrow",
)  # they ask for other sizes than one


class Rl(Section):
    """Adaptive DAPO on TRL's GRPOTrainer (paper §3.3)."""

    model: str = Field(description="'sft': the policy of stage 04; or a folder or hub name")
    seed: Whole = Field(description="of RL alone: a second seed needs no second upstream")
    steps: Positive = Field(description="optimisation steps")
    token_budget: Whole = Field(description="stop after the step in which so many tokens have been generated; 0: never")
    seconds: Whole = Field(description="stop after the step in which so many seconds have passed; 0: never")
    answer: Literal["tags", "code"] = Field(description="what is rewarded: the paper's tags with the code inside, or "
                                            "any answer with a block of Verilog")  # fmt: skip
    reward: Literal["equivalence", "signals"] = Field(
        description="equivalence: 1 or 0; signals: in groups without a right answer also the share of right outputs, at "
        "most one half"
    )
    area_weight: Rate = Field(
        description="bonus for a small area, on top of proven equivalence alone: half of it at the golden's; 0: none"
    )
    learning_rate: Real = Field(description="highest learning rate")
    warmup_steps: Whole = Field(description="steps in which the learning rate rises")
    weight_decay: Real = Field(description="of the optimiser")
    max_grad_norm: Real = Field(description="gradients are scaled down to this norm")
    prompts_per_step: Positive = Field(description="B_train: groups with mixed rewards per optimisation step")
    mini_batch_prompts: Positive = Field(description="groups per optimiser update")
    group_size: Positive = Field(description="responses per prompt")
    temperature: Real = Field(description="sampling temperature of responses")
    max_prompt: Positive = Field(description="longest prompt, in tokens; longer ones are left out")
    max_response: Positive = Field(description="longest response, in tokens")
    clip_low: Real = Field(description="epsilon_low: how far a probability ratio may fall before it is clipped")
    clip_high: Real = Field(description="epsilon_high: how far a probability ratio may rise before it is clipped")
    overlong_buffer: Whole = Field(
        description="tokens before the budget's end in which the penalty grows; 0: no penalty"
    )
    overlong_penalty: Real = Field(description="reward taken from a response that fills its budget")
    draw_rule: DrawRule = Field(
        description="how a step is filled; none: TRL's own step, uniform groups and all; tracking, ours, ours-narrow: this kit's; "
        "others as published (docs/draws.md). Rules that end a round early (rollpacker, april, ours) stop answers after an eighth "
        "of max_response or several; vLLM finishes all"
    )
    draw_correction: Literal["none", "groups", "all"] = Field(
        description="groups: unbiased where groups end by their own rewards (ours); all: also one over the probability with "
        "which a rule took the prompt; both change nothing for other rules"
    )
    max_draws: Positive = Field(description="draws after which a step trains on what it has")
    carry_steps: Whole = Field(description="steps for which a surplus mixed group may wait; 0: discarded, as released "
                               "(none, fixed, paper, tracking; others carry as published)")  # fmt: skip
    prompt_history: bool = Field(description="draw prompts less often whose answers were all alike (tracking only)")
    draw_margin: Real = Field(description="standard deviations that the tracking rule draws above its expectation")
    prompts: Whole = Field(description="size of the RL set, drawn at random from what the filters leave; 0: all of it")
    micro_batch: Positive = Field(description="responses per forward pass and device")
    lora_rank: Whole = Field(description="train an adapter of this rank on all linear layers; 0: all weights")
    save_steps: Annotated[Positive, ASIDE] = Field(description="steps between checkpoints")
    eval_steps: Positive = Field(description="steps between looks at held-out problems")
    eval_problems: Whole = Field(
        description="held-out problems that are tried while training; 0, or with DeepSpeed: none"
    )
    bf16: bool = Field(description="products in bfloat16 (autocast), weights in float32; on a GPU answers are sampled "
                       "from a bfloat16 copy")  # fmt: skip
    gradient_checkpointing: bool = Field(description="compute activations twice to save memory")
    report_to: Annotated[Literal["none", "tensorboard", "trackio"], ASIDE] = Field(
        description="where training curves go besides the kit's own"
    )
    verify_on: Annotated[Literal["local", "ray"], ASIDE] = Field(
        description="where rewards are verified: here, or on a Ray cluster"
    )
    accept_unproved: bool = Field(
        description="reward what no simulation tells from the golden though nothing proved it; false: judged by hybrid"
    )
    vllm: Literal["off", "colocate", "server"] = Field(
        description="generate with vLLM: not, in this process, or on a server"
    )
    vllm_host: Annotated[str, ASIDE] = Field(description="where `trl vllm-serve` runs (vllm: server)")
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

    seeds: Whole = Field(description="of every run; 0: no studies")
    rule_steps: int = Field(
        ge=2, description="steps of the runs that compare ways to fill a step; the simulator is fitted to two or more"
    )
    compare: list[Literal["rules", "filters", "rewards"]] = Field(
        description="what is compared: ways to fill a step, filters of the RL set, verifiers that reward"
    )
    rules: list[StudiedRule] = Field(
        description="ways to fill a step, fixed among them: the others' costs are its own divided by theirs"
    )
    rule_tokens: Whole = Field(
        description="tokens that each of the runs may generate that compare rules at equal tokens; 0: none of those"
    )
    rule_prompts: Whole = Field(description="their RL set's size; 0: all. The paper's 3.1 K are drawn some 25 times")
    filter_tokens: Positive = Field(description="tokens that each of the runs that compare filters may generate")
    prompts_per_step: Positive = Field(description="groups with mixed rewards per step of these runs")
    problems: Positive = Field(description="held-out problems that each run is judged on")
    simulated_steps: Positive = Field(description="steps of each simulated run at the paper's scale")
    jobs: Annotated[Whole, ASIDE] = Field(
        description="runs at once; 0: one per core, or one in all where there is a GPU"
    )
