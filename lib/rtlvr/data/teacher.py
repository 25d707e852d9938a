"""Teachers: who describes code and who solves descriptions (paper §3.1; there DeepSeek-V3 and DeepSeek-R1).

`ProceduralTeacher` is the offline default and no language model: it knows the truth and errs on purpose, so that the
filters can be measured against known labels. `EndpointTeacher` asks any OpenAI-compatible service.
"""

import os
import random
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from rtlvr.data.families import FAMILIES, Design
from rtlvr.errors import InfrastructureError
from rtlvr.hdl.mutate import mutants
from rtlvr.hdl.response import SYSTEM_PROMPT, last_block
from rtlvr.records import Golden

# How often the procedural teacher makes each misreading (times the parameter `misread`). Where a rate is above one half,
# imitation alone learns the wrong reading as the likelier one; only a verifier can tell.
MISREADING_RATES: dict[str, float] = {
    "off by one": 0.6,
    "boundary": 0.6,
    "interval ends": 0.6,
    "overlap": 0.6,
    "retrigger": 0.6,
    "overflow": 0.55,
    "offset forgotten": 0.5,
    "rows shifted": 0.3,
    "direction": 0.4,
    "order": 0.4,
    "priority": 0.4,
    "edge": 0.35,
    "output inversion": 0.4,
    "reset kind": 0.2,
}
_OTHER_RATE = 0.25


@dataclass(frozen=True)
class Answer:
    """A solver's answer; `error` names the misreading behind it where the teacher knows (else None)."""

    thought: str
    code: str
    error: str | None = None


@dataclass(frozen=True)
class Description:
    """A description of code; `error` names what is wrong with it where the teacher knows."""

    text: str
    error: str | None = None


class Teacher(Protocol):
    """Describes goldens and solves descriptions."""

    def describe(self, golden: Golden) -> Description:
        """A specification of the golden in English, without its header."""
        ...

    def solve(self, golden: Golden, prompt: str) -> Answer:
        """Thought and code for a prompt. `golden` is the item's identity; only the procedural teacher may look at its code."""
        ...


class ProceduralTeacher:
    """Knows every design and errs at chosen rates.

    Family designs are misread by name: thought and code are those of the misread design. Goldens of the seed corpus are
    answered with their own code, or with one injected fault in it.

    Args:
        designs: the designs behind procedural goldens, by golden id.
        misdescribe: share of descriptions that are wrong.
        misread: factor on the misreading rates; 0 never errs.
    """

    def __init__(self, designs: dict[str, Design], misdescribe: float, misread: float, seed: int) -> None:
        self._designs, self._misdescribe, self._misread, self._seed = designs, misdescribe, misread, seed

    def describe(self, golden: Golden) -> Description:
        """The author's or the family's description; now and then that of a misread design."""
        rng = self._rng(golden, "describe")
        design = self._designs.get(golden.id)
        if design is None or rng.random() >= self._misdescribe:
            return Description(golden.description or "")
        name = rng.choice(sorted(FAMILIES[design.family].misreadings))
        return Description(_redescribe(design, name), name)

    def solve(self, golden: Golden, prompt: str) -> Answer:
        """The answer to the golden's prompt, right or misread."""
        rng = self._rng(golden, "solve")
        design = self._designs.get(golden.id)
        return self._solve_seed(golden, rng) if design is None else self._solve_design(design, rng)

    def _solve_design(self, design: Design, rng: random.Random) -> Answer:
        family, params, made = FAMILIES[design.family], design.params, []
        for name, misreading in family.misreadings.items():
            if rng.random() < MISREADING_RATES.get(name, _OTHER_RATE) * self._misread:
                params = misreading(params)
                made.append(name)
        code = family.code(params)
        return Answer(family.think(params), code, " + ".join(made) if code != design.golden else None)

    def _solve_seed(self, golden: Golden, rng: random.Random) -> Answer:
        thought = f"ports : {', '.join(re.findall(r'(?:input|output)[^,;)]*', golden.code))}\n"
        if rng.random() < 0.3 * self._misread:
            fault = next(mutants(golden.code, rng), None)
            if fault is not None:
                return Answer(thought, fault.code, f"injected {fault.kind}")
        return Answer(thought, golden.code)

    def _rng(self, golden: Golden, task: str) -> random.Random:
        return random.Random(f"{self._seed}:{task}:{golden.id}")


def _redescribe(design: Design, misreading: str) -> str:
    """The family's description, in the same wording, of the misread parameters."""
    from rtlvr.data.families.wording import Words

    class Replay(Words):
        def __init__(self) -> None:
            self.choices = list(design.wording)

        def __call__(self, *options: str) -> str:
            # A misread design may be worded with more or fewer choices than the original.
            return options[(self.choices.pop(0) if self.choices else 0) % len(options)]

    family = FAMILIES[design.family]
    return family.describe(family.misreadings[misreading](design.params), Replay())


class EndpointTeacher:
    """Asks an OpenAI-compatible service; reasoning may come in `<think>` tags or in a field of its own.

    Args:
        base_url, describe_model, solve_model: the service and its models.
        api_key_env: the environment variable that holds the key (unset: none is sent).
    """

    def __init__(
        self, base_url: str, describe_model: str, solve_model: str, api_key_env: str, max_tokens: int = 8192
    ) -> None:
        self._base_url, self._describe_model, self._solve_model = base_url, describe_model, solve_model
        self._api_key_env, self._max_tokens = api_key_env, max_tokens

    @cached_property
    def _client(self):
        from openai import OpenAI

        return OpenAI(
            base_url=self._base_url, api_key=os.environ.get(self._api_key_env) or "none", max_retries=5, timeout=600
        )

    def describe(self, golden: Golden) -> Description:
        """Ask for a specification of the code."""
        request = (
            "Describe the following Verilog module so precisely that an engineer who never saw it can write an equivalent one: "
            "function, ports and widths, clock edges, resets (kind, polarity, values), corner cases. Do not quote code.\n\n"
            f"```verilog\n{golden.code}```"
        )
        return Description(self._ask(self._describe_model, [{"role": "user", "content": request}])[1].strip())

    def solve(self, golden: Golden, prompt: str) -> Answer:
        """Ask for reasoning and code."""
        thought, text = self._ask(
            self._solve_model, [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": prompt}]
        )
        return Answer(thought, last_block(text) or "")

    def _ask(self, model: str, messages: list[dict[str, str]]) -> tuple[str, str]:
        from openai import OpenAIError

        try:
            reply = self._client.chat.completions.create(model=model, messages=messages, max_tokens=self._max_tokens)
        except OpenAIError as error:
            raise InfrastructureError(
                f"the teacher at {self._base_url} failed: {error}; check roundtrip.base_url and the key"
            ) from error
        message = reply.choices[0].message
        text = message.content or ""
        thought = getattr(message, "reasoning_content", None) or ""
        inline = re.match(r"\s*<think>(.*?)</think>", text, re.DOTALL)
        return (thought or (inline.group(1) if inline else "")).strip() + "\n", text[inline.end() if inline else 0 :]
