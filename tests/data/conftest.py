"""The misbehaving service, and a round trip over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from service import GOLDENS, KEY, Endpoint

from rtlvr.data.model_teacher import LanguageTeacher
from rtlvr.data.roundtrip import run
from rtlvr.llm.transcript import Transcript
from rtlvr.records import Golden, Triple
from rtlvr.verify import Pool, Stimuli


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("CHAT_KEY", KEY)
    server = Endpoint()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def trip(endpoint: Endpoint, pool: Pool, stimuli: Stimuli, tmp_path: Path) -> Callable[..., list[Triple]]:
    """Runs the round trip over the goldens, with a fresh client and the transcript as the last run left it."""

    def go(
        name: str = "rows", goldens: tuple[Golden, ...] = GOLDENS, replay: bool = False, turns: int = 1, **options
    ) -> list[Triple]:
        transcript = Transcript(tmp_path / "transcript.jsonl", None if replay else endpoint.chat(**options))
        teacher = LanguageTeacher(transcript, "describer", "solver")
        return run(goldens, teacher, pool, stimuli, tmp_path / f"{name}.jsonl", answers=2, concurrency=4, turns=turns)

    return go
