"""What a run starts from: the goldens of its sources, cleaned, and the procedural designs; and who teaches them."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from rtlvr.data.chat import Transcript
from rtlvr.data.clean import Cleaner
from rtlvr.data.corpus import procedural
from rtlvr.data.decontaminate import Benchmarks, Reference
from rtlvr.data.endpoint import EndpointChat, Spending
from rtlvr.data.families import Design
from rtlvr.data.language import LanguageTeacher
from rtlvr.data.procedural import ProceduralTeacher
from rtlvr.data.sources import read_source, source_digest
from rtlvr.data.teacher import Answer, Description, Teacher
from rtlvr.params import Corpus, Roundtrip
from rtlvr.paths import TRANSCRIPTS, from_profile
from rtlvr.records import Golden, read_jsonl
from rtlvr.verify import Pool, Stimuli


def natural(
    corpus: Corpus, folder: Path, pool: Pool, stimuli: Stimuli, references: Sequence[Reference] = ()
) -> tuple[list[Golden], list[tuple[str, int]]]:
    """The goldens of a profile's sources, cleaned into `folder`, and the funnel of their cleaning.

    Args:
        references: the benchmarks' solutions, to keep out.

    Raises:
        ParameterError, StageError: a source does not exist or cannot be read.
    """
    key = "".join(map(source_digest, corpus.sources)) + str(sorted(r.name for r in references))
    benchmarks = partial(Benchmarks, references, pool, stimuli) if references else None
    large = any(not spec.startswith("seed") for spec in corpus.sources)
    cleaner = Cleaner(folder, corpus, pool, stimuli, benchmarks, jobs=0 if large else 1, key=key)
    left = cleaner.run(chain.from_iterable(map(read_source, corpus.sources)))
    return read_jsonl(cleaner.goldens, Golden), left


def drawn(corpus: Corpus, seed: int) -> tuple[list[Golden], dict[str, Design]]:
    """The procedural goldens of a profile, with their designs by golden id.

    They are distinct and of known origin, and alike by intent: cleaning does not apply to them.
    """
    pairs = list(procedural(corpus.designs, seed))
    return [golden for golden, _ in pairs], {golden.id: design for golden, design in pairs}


def make_teacher(roundtrip: Roundtrip, designs: dict[str, Design], seed: int, folder: Path) -> Teacher:
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

    def __init__(self, own: ProceduralTeacher, designs: dict[str, Design], other: Teacher) -> None:
        self._own, self._designs, self._other = own, designs, other

    def describe(self, golden: Golden) -> Description:
        """What the golden's teacher says of it."""
        return self._of(golden).describe(golden)

    def solve(self, golden: Golden, prompt: str, attempt: int = 0) -> Answer:
        """What the golden's teacher answers."""
        return self._of(golden).solve(golden, prompt, attempt)

    def _of(self, golden: Golden) -> Teacher:
        return self._own if golden.id in self._designs else self._other
