"""The round trip: labels that are true, rows that survive a kill, filters that keep what they say."""

from pathlib import Path

import pytest

from rtlvr.data.filters import apply, equivalent, filter_quality, short, unsolved
from rtlvr.data.roundtrip import gather, make_teacher, run
from rtlvr.data.teacher import EndpointTeacher
from rtlvr.errors import InfrastructureError
from rtlvr.params import load
from rtlvr.records import Triple, read_jsonl
from rtlvr.verify import Pool, Stimuli


@pytest.fixture(scope="module")
def trip(pool: Pool, stimuli: Stimuli, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Triple], Path]:
    settings = load("smoke", {"roundtrip.designs": 60}).roundtrip
    goldens, designs = gather(settings, 0)
    path = tmp_path_factory.mktemp("trip") / "triples.jsonl"
    return run(goldens, make_teacher(settings, designs, 0), pool, stimuli, path), path


def test_every_golden_comes_back_with_a_verdict(trip: tuple[list[Triple], Path]) -> None:
    rows, path = trip
    assert len(rows) == 60
    assert read_jsonl(path, Triple) == rows
    assert {"equivalent", "inequivalent"} <= {row.status for row in rows}


def test_right_answers_are_equivalent(trip: tuple[list[Triple], Path]) -> None:
    for row in trip[0]:
        if row.description_error is None and row.code_error is None:
            assert row.status == "equivalent", row.reason


def test_no_description_gives_the_answer_away(trip: tuple[list[Triple], Path]) -> None:
    for row in trip[0]:
        body = row.golden.split(";", 1)[1].strip()
        assert body not in row.prompt


def test_a_killed_trip_goes_on(trip: tuple[list[Triple], Path], pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    rows, path = trip
    torn = tmp_path / "triples.jsonl"
    torn.write_text("".join(path.read_text().splitlines(keepends=True)[:50]) + '{"id": "half a row')
    settings = load("smoke", {"roundtrip.designs": 60}).roundtrip
    goldens, designs = gather(settings, 0)
    asked = []

    class Watched:
        def __init__(self) -> None:
            self.inner = make_teacher(settings, designs, 0)

        def describe(self, golden):
            asked.append(golden.id)
            return self.inner.describe(golden)

        def solve(self, golden, prompt):
            return self.inner.solve(golden, prompt)

    again = run(goldens, Watched(), pool, stimuli, torn)
    assert len(asked) == 10
    assert sorted(r.model_dump_json() for r in again) == sorted(r.model_dump_json() for r in rows)


def test_a_teacher_that_never_errs(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    settings = load("smoke", {"roundtrip.designs": 30, "roundtrip.misread": 0, "roundtrip.misdescribe": 0}).roundtrip
    goldens, designs = gather(settings, 1)
    rows = run(goldens, make_teacher(settings, designs, 1), pool, stimuli, tmp_path / "t.jsonl")
    assert {row.status for row in rows} == {"equivalent"}
    assert all(row.code_error is row.description_error is None for row in rows)


def test_filters_and_funnel(trip: tuple[list[Triple], Path]) -> None:
    rows = trip[0]
    solved = {rows[0].id: 2}
    kept, funnel = apply(rows, [unsolved(solved, "base"), equivalent(), short(len, 100_000)])
    assert rows[0] not in kept
    assert funnel[0] == ("base", 59)
    assert all(row.status == "equivalent" for row in kept)
    assert [name for name, _ in funnel] == ["base", "equivalent", "≤ 100000 tokens"]


def test_quality_against_known_labels(trip: tuple[list[Triple], Path]) -> None:
    quality = filter_quality(trip[0])
    assert quality.right + quality.wrong == 60
    assert quality.recall == 1.0
    assert quality.precision > 0.8


def test_an_unreachable_endpoint_is_an_infrastructure_error(trip: tuple[list[Triple], Path]) -> None:
    from rtlvr.data.corpus import seed_corpus

    teacher = EndpointTeacher("http://127.0.0.1:9/v1", "a", "b", "NO_SUCH_KEY")
    teacher._client.max_retries = 0
    with pytest.raises(InfrastructureError, match=r"check roundtrip\.base_url"):
        teacher.describe(seed_corpus()[0])


def test_an_endpoint_answers(pool: Pool) -> None:
    """A real HTTP server that speaks the chat protocol: thought in tags, code in a block."""
    import json
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from rtlvr.data.corpus import seed_corpus

    golden = seed_corpus()[0]
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            text = f"<think>because</think>\n```verilog\n{golden.code}```"
            message = {"role": "assistant", "content": text}
            body = json.dumps(
                {
                    "id": "1",
                    "object": "chat.completion",
                    "created": 0,
                    "model": "m",
                    "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                }
            ).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    teacher = EndpointTeacher(f"http://127.0.0.1:{server.server_port}/v1", "describer", "solver", "NO_SUCH_KEY")
    answer = teacher.solve(golden, "make it")
    server.shutdown()
    assert (answer.thought, answer.code) == ("because\n", golden.code)
    assert seen[0]["model"] == "solver"
    assert seen[0]["messages"][-1]["content"] == "make it"
