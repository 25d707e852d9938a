"""The teacher that is a language model (paper §3.1; there DeepSeek-V3 describes and DeepSeek-R1 solves).

Guaranteed: what a model thinks is never part of a description. A reply that lacks what was asked for is an answer with a
`problem`; no reply at all raises, as `Chat` does.
"""

import re
from typing import TypedDict

from rtlvr.data.teacher import Description, SolverAnswer
from rtlvr.llm.transcript import Chat, Reply, Request
from rtlvr.policy.answer import last_block
from rtlvr.records import Golden, Turn

_DESCRIBE = "You are a digital design engineer who explains Verilog code precisely and briefly."

_TASK = """```verilog
{code}```

Explain precisely what this module does, in at most 150 words of plain English, so that another engineer can write an \
equivalent module without seeing the code: how every output follows from the inputs and the state, with all constants, \
conditions and their order. Where there are registers, also the clock edge, and how and to what they are reset. No code."""

_SOLVE = """You are an expert Verilog designer. You get a specification and a module header. First think in a few sentences, \
inside <think> and </think>, about how to implement it. Then write the complete module, with exactly that header, in one \
```verilog code block."""

_AGAIN = """{feedback}
Find the mistake, and write the complete corrected module, with exactly the header of the specification, in one ```verilog \
code block."""
_MOST_SHOWN = 2000  # characters of an answer without code that it is shown again

# Up to its own end, as drafts of code may be inside; where it has none, up to the answer.
_THOUGHT = re.compile(r"<think>(.*?(?=</think>)|.*?(?=<answer>|```|\Z))(?:</think>)?", re.DOTALL)


class _Sampling(TypedDict):
    """How one of the two questions is asked: the fields of `Request` that are not its text or seed."""

    model: str
    temperature: float
    max_tokens: int


class LanguageTeacher:
    """Words the two questions and reads the answers; `chat` carries them.

    Args:
        describe_temperature, solve_temperature: of sampling; DeepSeek advises 0.6 for R1.
        describe_tokens, solve_tokens: longest replies.
        seed: of the first answer; answer number i of a golden is asked for with seed + i.
    """

    def __init__(
        self,
        chat: Chat,
        describe_model: str,
        solve_model: str,
        describe_temperature: float = 0.0,
        solve_temperature: float = 0.6,
        describe_tokens: int = 1024,
        solve_tokens: int = 8192,
        seed: int = 0,
    ) -> None:
        self._chat, self._seed = chat, seed
        self._describe = _Sampling(model=describe_model, temperature=describe_temperature, max_tokens=describe_tokens)
        self._solve = _Sampling(model=solve_model, temperature=solve_temperature, max_tokens=solve_tokens)

    def describe(self, golden: Golden) -> Description:
        """Ask for a specification of the golden's code."""
        request = Request(system=_DESCRIBE, user=_TASK.format(code=golden.code), seed=self._seed, **self._describe)
        reply = self._chat.ask(request, f"describe {golden.id}")
        text = _THOUGHT.sub("", _opened(reply.content)).strip()
        return Description(text, problem=_problem(reply, "description" if not text else ""))

    def solve(self, golden: Golden, prompt: str, attempt: int = 0, turns: tuple[Turn, ...] = ()) -> SolverAnswer:
        """Ask for reasoning and code; after `turns`, in the same conversation, for a better answer."""
        said = tuple((_answered(turn), _AGAIN.format(feedback=turn.feedback)) for turn in turns)
        request = Request(system=_SOLVE, user=prompt, seed=self._seed + attempt, exchanges=said, **self._solve)
        turn = f" turn {len(turns) + 1}" if turns else ""
        reply = self._chat.ask(request, f"solve {golden.id} #{attempt}{turn}")
        code = last_block(reply.content)
        return SolverAnswer(
            thought_of(reply), code or "", problem=_problem(reply, "```verilog block" if code is None else "")
        )


def _answered(turn: Turn) -> str:
    """An earlier answer as the conversation keeps it: the code without the thought; where there is none, how it began."""
    return f"```verilog\n{turn.code}```" if turn.code else turn.thought[:_MOST_SHOWN].strip() or "(no code)"


def thought_of(reply: Reply) -> str:
    """The reasoning: from its own field, from `<think>` tags, or else what stands before the code."""
    inline = _THOUGHT.search(_opened(reply.content))
    thought = reply.reasoning or (inline.group(1) if inline else reply.content.partition("```")[0])
    return re.sub(r"</?(?:think|answer)>", "", thought).strip() + "\n"


def _opened(content: str) -> str:
    """The content with the opening tag that R1's template gives to the model, so that a reply may only close it."""
    thought, closed, _ = content.partition("</think>")
    return f"<think>{content}" if closed and "<think>" not in thought else content


def _problem(reply: Reply, missing: str) -> str | None:
    """Why the reply is of no use, in words for the row's history; None where it is."""
    if reply.too_long:
        return reply.too_long
    if reply.finish == "oversize":
        return "the reply is longer than a megabyte"
    if not missing:
        return None
    cut = f" (cut at {reply.completion_tokens} tokens)" if reply.finish == "length" else ""
    return f"the reply has no {missing}{cut}"
