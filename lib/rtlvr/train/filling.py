"""The sampler of a run, by the parameters of its stage."""

from rtlvr.draws.answering import AnswerWriter, Rounds
from rtlvr.draws.sampling import Filler, Policy, Size
from rtlvr.draws.selectable import made
from rtlvr.schema import Rl

_CARRIED = ("fixed", "paper", "tracking")  # rules whose `rl.carry_steps` counts; all others carry as they have it


def policy_of(rl: Rl, prompts: int, seed: int) -> Policy:
    """How steps over so many prompts are filled; `none` as `fixed`, which nobody asks then."""
    rule = "fixed" if rl.draw_rule == "none" else rl.draw_rule
    size = Size(rl.prompts_per_step, rl.group_size, prompts, rl.max_draws)
    return made(rule, size, seed, rl.carry_steps if rule in _CARRIED else None, rl.prompt_history, rl.draw_margin)


def filler_of(rl: Rl, prompts: int, seed: int, writer: AnswerWriter) -> Filler:
    """The loop that fills steps; vLLM's answers are not stopped in their middle."""
    rounds = Rounds(writer, rl.max_response, seed, stops=rl.vllm == "off")
    return Filler(policy_of(rl, prompts, seed), rounds)
