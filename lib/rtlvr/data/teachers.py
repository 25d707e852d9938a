"""Which teacher describes and solves: the one that the parameters name."""

from collections.abc import Iterable
from pathlib import Path

from rtlvr.data.families import DrawnDesign
from rtlvr.data.model_teacher import LanguageTeacher
from rtlvr.data.procedural import ProceduralTeacher
from rtlvr.data.teacher import Description, SolverAnswer, Teacher
from rtlvr.llm.endpoint import EndpointChat, Spending
from rtlvr.llm.transcript import Transcript
from rtlvr.paths import TRANSCRIPTS, from_profile
from rtlvr.records import Golden, Turn
from rtlvr.schema import Roundtrip


def make_teacher(roundtrip: Roundtrip, designs: dict[str, DrawnDesign], seed: int, folder: Path) -> Teacher:
    """The teacher that the profile names; what it is told is kept in `folder` unless `transcript` names a file."""
    own = ProceduralTeacher(designs, roundtrip.misdescribe, roundtrip.misread, seed, follow=roundtrip.follow)
    if roundtrip.teacher == "procedural":
        return own
    if roundtrip.teacher == "recorded":
        return _Split(own, designs, recorded_teacher(roundtrip))
    chat = EndpointChat(
        roundtrip.base_url,
        roundtrip.api_key_env,
        Spending(roundtrip.max_total_tokens, roundtrip.max_cost, roundtrip.prompt_price, roundtrip.completion_price),
        seconds=roundtrip.request_seconds,
        concurrency=roundtrip.concurrency,
    )
    path = from_profile(roundtrip.transcript) if roundtrip.transcript else folder / "transcript.jsonl"
    return _Split(own, designs, _language(Transcript(path, chat), roundtrip, seed))


def recorded_teacher(roundtrip: Roundtrip) -> LanguageTeacher:
    """The teacher that replays a transcript: the one named, or the kit's own of the seed corpus."""
    return _language(_recording(roundtrip), roundtrip, 0)


def replayable(goldens: Iterable[Golden], roundtrip: Roundtrip) -> list[Golden]:
    """The first `roundtrip.replayed` goldens that the transcript has answers for."""
    answered = _recording(roundtrip).answered()
    return [golden for golden in goldens if golden.id in answered][: roundtrip.replayed]


def _recording(roundtrip: Roundtrip) -> Transcript:
    named = roundtrip.transcript
    return Transcript(from_profile(named) if named else TRANSCRIPTS / "seed-qwen2.5-coder-1.5b.jsonl")


def _language(chat: Transcript, roundtrip: Roundtrip, seed: int) -> LanguageTeacher:
    return LanguageTeacher(
        chat,
        roundtrip.describe_model,
        roundtrip.solve_model,
        roundtrip.describe_temperature,
        roundtrip.solve_temperature,
        roundtrip.describe_tokens,
        roundtrip.solve_tokens,
        seed,
    )


class _Split:
    """Procedural goldens to their own teacher, all others to a language model."""

    def __init__(self, own: ProceduralTeacher, designs: dict[str, DrawnDesign], other: Teacher) -> None:
        self._own, self._designs, self._other = own, designs, other

    def describe(self, golden: Golden) -> Description:
        """What the golden's teacher says of it."""
        return self._of(golden).describe(golden)

    def solve(self, golden: Golden, prompt: str, attempt: int = 0, turns: tuple[Turn, ...] = ()) -> SolverAnswer:
        """What the golden's teacher answers."""
        return self._of(golden).solve(golden, prompt, attempt, turns)

    def _of(self, golden: Golden) -> Teacher:
        return self._own if golden.id in self._designs else self._other
