"""The round trip: labels that are true, rows that survive a kill, filters that keep what they say."""

from pathlib import Path

import pytest

from rtlvr.data.corpus import seed_corpus
from rtlvr.data.filters import apply, equivalent, filter_quality, in_words, short, unsolved
from rtlvr.data.goldens import drawn
from rtlvr.data.known_truth import each_of, known_truth
from rtlvr.data.roundtrip import run
from rtlvr.data.teachers import make_teacher, recorded_teacher, replayable
from rtlvr.params import load
from rtlvr.records import Attempt, Triple, read_jsonl
from rtlvr.verify import Pool, Stimuli


@pytest.fixture(scope="module")
def trip(pool: Pool, stimuli: Stimuli, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Triple], Path]:
    params = load("smoke", {"corpus.designs": 60})
    settings, (goldens, designs) = params.roundtrip, drawn(params.corpus, 0)
    path = tmp_path_factory.mktemp("trip") / "triples.jsonl"
    return run(goldens, make_teacher(settings, designs, 0, Path()), pool, stimuli, path), path


@pytest.mark.tools
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
    params = load("smoke", {"corpus.designs": 60})
    settings, (goldens, designs) = params.roundtrip, drawn(params.corpus, 0)
    asked = []

    class Watched:
        def __init__(self) -> None:
            self.inner = make_teacher(settings, designs, 0, Path())

        def describe(self, golden):
            asked.append(golden.id)
            return self.inner.describe(golden)

        def solve(self, golden, prompt, attempt=0):
            return self.inner.solve(golden, prompt, attempt)

    again = run(goldens, Watched(), pool, stimuli, torn)
    assert len(asked) == 10
    assert sorted(r.model_dump_json() for r in again) == sorted(r.model_dump_json() for r in rows)


@pytest.mark.tools
def test_a_teacher_that_never_errs(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    params = load("smoke", {"corpus.designs": 30, "roundtrip.misread": 0, "roundtrip.misdescribe": 0})
    settings, (goldens, designs) = params.roundtrip, drawn(params.corpus, 1)
    rows = run(goldens, make_teacher(settings, designs, 1, Path()), pool, stimuli, tmp_path / "t.jsonl")
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


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "y is a plus b, always modulo 16; assign the result to y.\nmodule dut ( input [3:0] a, output [3:0] y );",
            True,
        ),
        ("Like this:\n```verilog\nassign y = a;\n```", False),
        ("Use always @(posedge clk) q <= d.", False),
        ("It does assign y[3:0] = a + b;", False),
        ("always_comb begin case (s)", False),
        ("module m(input a); endmodule", False),
    ],
)
def test_descriptions_that_quote_code_fall(trip: tuple[list[Triple], Path], text: str, kept: bool) -> None:
    row = trip[0][0].model_copy(update={"prompt": text})
    assert (apply([row], [in_words()])[0] == [row]) is kept


def test_quality_against_known_labels(trip: tuple[list[Triple], Path]) -> None:
    quality = filter_quality(trip[0])
    assert quality.right + quality.wrong == 60
    assert quality.recall == 1.0
    assert quality.precision > 0.8


@pytest.mark.tools
def test_known_truth_at_thirty_percent(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    """With nearly a third of the descriptions and of the codes wrong, what passes the round trip is right."""
    params = load("smoke", {"corpus.designs": 150, "roundtrip.misread": 0.6, "roundtrip.misdescribe": 0.3})
    goldens, designs = drawn(params.corpus, 3)
    rows = run(goldens, make_teacher(params.roundtrip, designs, 3, tmp_path), pool, stimuli, tmp_path / "t.jsonl")
    quality = filter_quality(rows)
    assert quality.wrong > 50
    assert quality.recall >= 0.99


def test_agreement_of_several_answers() -> None:
    """Counts equivalent answers, whichever they are."""
    one, other = (Attempt(thought="", code=s, status=s, reason="") for s in ("equivalent", "inequivalent"))
    rows = [
        Triple(id=str(i), golden="g", top="t", category="c", source="s", prompt="p", attempts=attempts)
        for i, attempts in enumerate([(other, one), (one, other, one), (other, other)])
    ]
    assert [row.id for row in apply(rows, [equivalent()])[0]] == ["0", "1"]
    kept, funnel = apply(rows, [equivalent(2)])
    assert [row.id for row in kept] == ["1"]
    assert funnel == [("2 answers equivalent", 1)]


@pytest.mark.long
@pytest.mark.tools
def test_two_of_five_answers_at_thirty_percent(pool: Pool, stimuli: Stimuli) -> None:
    """30 % of all pairs wrong, in description or code: what is kept is right, and little that is right is lost."""
    params = load("smoke", {"corpus.designs": 400})
    goldens, designs = drawn(params.corpus, 1000)
    rate = each_of(0.3)
    found = known_truth(goldens, designs, (rate, rate), pool, stimuli, answers=5, agree=2)
    assert found.quality.wrong > 30
    assert found.quality.precision >= 0.995
    assert found.quality.recall >= 0.99


def test_the_recorded_model_replays(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    """Successes and failures of a real language model, offline, with the same verdicts each time."""
    settings = load("smoke", {"roundtrip.replayed": 8}).roundtrip
    goldens = replayable(seed_corpus(), settings)
    assert len(goldens) == 8
    assert len(replayable(seed_corpus(), load("cpu").roundtrip)) >= 150
    first, second = (run(goldens, recorded_teacher(settings), pool, stimuli, tmp_path / f"{n}.jsonl") for n in (1, 2))
    assert [row.model_dump() for row in first] == [row.model_dump() for row in second]
    assert all(row.status != "failed" for row in first)
