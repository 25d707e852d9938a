"""Every figure: draws with and without ours, shows the right numbers, and its texts do not overlap."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import synthetic_results as synthetic
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from rtlvr.report import (
    figures_benchmarks,
    figures_data,
    figures_models,
    figures_pipeline,
    figures_roundtrip,
    figures_scaling,
    figures_study,
    figures_testbench,
    figures_training,
    gallery,
    published,
)
from rtlvr.report.columns import NOT_RUN, TableError
from rtlvr.report.figures import beside_the_papers
from rtlvr.report.figures_curves import length_histogram

Drawn = tuple[Figure, pd.DataFrame]
Results = pd.DataFrame | None

FIGURES: dict[str, Callable[[Results], Drawn]] = {
    "main v1": lambda ours: figures_models.main_table("v1", published.results(), ours, "cpu"),
    "main v2": lambda ours: figures_models.main_table("v2", published.results(), ours, "cpu"),
    "size": lambda ours: figures_models.pass_rate_against_size(published.results(), ours, "cpu"),
    "testbench": lambda ours: figures_testbench.testbench_quality(published.testbench(), ours, "cpu"),
    "gain": lambda ours: figures_training.gain(published.results(), ours, "cpu"),
    "speedup": lambda ours: figures_training.speedup(published.speedup(), ours, "cpu"),
    "funnel": lambda ours: figures_data.funnel(ours, "03_filtering", "cpu", published.funnel()),
    "quality": lambda ours: figures_data.filter_quality(ours, "cpu"),
    "outcomes": lambda ours: figures_roundtrip.outcomes(ours, "cpu"),
    "truth": lambda ours: figures_roundtrip.known_truth(ours, "cpu"),
    "rules": lambda ours: figures_study.rules(ours, "cpu"),
    "filters": lambda ours: figures_study.filters(ours, "cpu"),
    "votes": lambda ours: figures_scaling.votes_and_thoughts(
        *((None, None) if ours is None else (synthetic.votes(), synthetic.scaling()))
    ),
    "classes": lambda ours: figures_benchmarks.outcome_classes(ours, "cpu"),
    "overview": lambda ours: figures_pipeline.pipeline_overview(ours, "cpu"),
    "budget": lambda ours: figures_scaling.scaling_budget(
        published.scaling(), None if ours is None else synthetic.scaling()
    ),
    "flops": lambda ours: figures_scaling.scaling_flops(
        published.scaling(), None if ours is None else synthetic.scaling()
    ),
}


UNPUBLISHED = ("quality", "outcomes", "truth", "rules", "filters", "votes", "classes")


@cache
def drawn(name: str, ours: bool) -> Drawn:
    """Drawn once: tests only look."""
    return FIGURES[name](synthetic.results() if ours else None)


def texts(figure: Figure) -> list[str]:
    return [item.get_text() for item in figure.findobj(Text) if item.get_text() and item.get_visible()]


def overlapping(items: Iterable[Text]) -> list[tuple[str, str]]:
    boxes = [(item.get_text(), item.get_window_extent()) for item in items]
    return [
        (name, other)
        for place, (name, box) in enumerate(boxes)
        for other, against in boxes[place + 1 :]
        if box.overlaps(against)
    ]


def shown(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    ticks = [label for axis in figure.axes for label in axis.get_yticklabels()]
    inside = [text for axis in figure.axes for text in axis.texts]
    legends = [text for box in figure.legends for text in box.get_texts()]
    return [text for text in ticks + inside + legends if text.get_text() and text.get_visible()]


@pytest.mark.parametrize("name", FIGURES)
def test_with_ours_profile_and_count_are_named(name: str) -> None:
    figure, table = drawn(name, True)
    text = " ".join(texts(figure))
    assert "profile cpu" in text and NOT_RUN not in text.lower()
    assert "n = " in text or name == "funnel"  # a funnel's values are the counts
    assert len(table)


@pytest.mark.parametrize("name", FIGURES)
def test_without_ours_the_published_are_drawn(name: str) -> None:
    figure, table = drawn(name, False)
    assert NOT_RUN in " ".join(texts(figure)).lower()
    if name not in UNPUBLISHED:
        assert set(table["source"]) == {"published"}


@pytest.mark.parametrize("name", ["main v1", "main v2", "testbench", "speedup", "rules", "filters", "votes", "classes"])
@pytest.mark.parametrize("ours", [True, False])
def test_texts_do_not_overlap(name: str, ours: bool) -> None:
    figure, _ = drawn(name, ours)
    items = shown(figure)
    assert len(items) > 5 and overlapping(items) == []
    assert all(item.get_window_extent().x0 >= 0 for item in items)
    assert all(item.get_window_extent().x1 <= figure.bbox.x1 for item in items)


@pytest.mark.parametrize("ours", [True, False])
def test_model_names_cover_neither_each_other_nor_the_frame(ours: bool) -> None:
    figure, table = drawn("size", ours)
    figure.draw_without_rendering()
    (axis,) = figure.axes
    names = [item for item in axis.texts if isinstance(item, Annotation)]
    boxes = [Text.get_window_extent(name) for name in names]
    assert len(names) == len(table)
    assert not [1 for i, box in enumerate(boxes) for other in boxes[i + 1 :] if box.overlaps(other)]
    frame = axis.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    points = axis.transData.transform(table[["params_b", "pass@1"]].to_numpy(dtype=float))
    assert not [1 for box in boxes for point in points if box.contains(*point)]


def test_main_table_draws_each_published_value() -> None:
    figure, table = drawn("main v1", False)
    for axis, (benchmark, part) in zip(figure.axes, table.groupby("benchmark", sort=False), strict=True):
        assert axis.get_title(loc="left") == benchmark
        places = {value for line in axis.lines for value in line.get_xdata()}
        assert set(part["pass@1"].dropna()) | set(part["pass@5"].dropna()) <= places
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[0] == "General models" and names[-2:] == ["CodeV-R1-7B-Distill", "CodeV-R1-7B"]


def test_models_without_size_or_rate_are_named_below() -> None:
    figure, table = drawn("size", False)
    assert "size unknown: GPT-4o; no pass@1: RTLCoder-Mistral-7B" in figure.get_supxlabel()
    assert table.set_index("model").loc["CodeV-R1-7B", "pass@1"] == 72.9
    unsized = synthetic.results().query("metric != 'params_b'")
    figure, _ = FIGURES["size"](unsized)
    assert "size unknown: GPT-4o, sft, rl" in figure.get_supxlabel()


def test_scaling_lines_carry_the_published_points() -> None:
    figure, _ = drawn("budget", True)
    left, right = figure.axes
    assert list(left.lines[0].get_xdata()) == [4096, 8192, 16384]
    assert list(left.lines[0].get_ydata()) == [7.1, 36.6, 72.9]
    assert [label.get_text() for label in right.get_xticklabels()] == ["64", "128", "256", "512"]
    with pytest.raises(TableError, match="lacks column flops"):
        figures_scaling.scaling_flops(published.scaling(), synthetic.scaling().drop(columns="flops"))


@pytest.mark.parametrize("draw", [figures_scaling.scaling_budget, figures_scaling.scaling_flops])
def test_ours_on_the_papers_benchmark_stands_on_its_axes(draw: Callable[..., Drawn]) -> None:
    figure, table = draw(published.scaling(), synthetic.scaling("rtllm-v1.1"))
    (axis,) = figure.axes
    title = axis.get_title(loc="left")
    assert "RTLLM-v1.1: the paper" in title and "profile cpu" in title
    assert {line.get_label() for line in axis.lines} >= {"sft", "rl", "CodeV-R1-7B"}
    assert beside_the_papers(table)
    assert not beside_the_papers(draw(published.scaling(), synthetic.scaling())[1])
    assert "other tasks" in draw(published.scaling(), synthetic.scaling())[0].axes[1].get_title(loc="left")


def test_gain_on_the_papers_benchmark_stands_beside_the_papers() -> None:
    rows = [
        {"stage": "05_rl", "metric": "pass@1", "variant": model, "benchmark": "rtllm-v1.1", "value": value, "low": value - 5,
         "high": value + 5, "n": 29, "unit": "%", "profile": "gpu"}
        for model, value in (("sft", 20.0), ("rl", 30.0))
    ]  # fmt: skip
    figure, table = figures_training.gain(
        published.results(), pd.concat([synthetic.results(), pd.DataFrame(rows)]), "gpu"
    )
    (axis,) = figure.axes
    names = [label.get_text().replace("\n", " ") for label in axis.get_xticklabels()]
    assert names.index("RTLLM v1.1 (ours)") == names.index("RTLLM v1.1") + 1
    assert beside_the_papers(table) and not beside_the_papers(drawn("gain", True)[1])


def test_testbench_bars() -> None:
    figure, table = drawn("testbench", True)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths[:2] == [0.3, 7.6] and len(table) == 10
    assert "62.5 % more injected errors found" in figure.get_supxlabel().replace("\n", " ")


def test_training_curve_shows_every_column() -> None:
    metrics = synthetic.metrics(40)
    figure, table = figures_training.training_curve(metrics, "cpu")
    assert len(figure.axes) == 8 and len(table) == 40
    heldout = next(line for line in figure.axes[0].lines if line.get_label() == "held-out")
    assert list(heldout.get_xdata()) == [20, 40]
    assert list(figure.axes[3].lines[0].get_ydata()) == list(metrics["prompts_drawn"])
    assert "profile cpu, n = 40 steps" in figure.get_supxlabel()
    with pytest.raises(TableError, match="lacks column draws"):
        figures_training.training_curve(metrics.drop(columns="draws"), "cpu")
    with pytest.raises(TableError, match="no row"):
        figures_training.training_curve(metrics.iloc[:0], "cpu")


@pytest.mark.parametrize("name", ["size", "testbench", "gain", "speedup", "funnel", "quality"])
def test_results_read_from_a_file_and_all_zero_are_drawn(name: str, tmp_path: Path) -> None:
    zero = synthetic.results()
    zero[["value", "low", "high"]] *= (zero[["metric"]] == "params_b").to_numpy()
    zero.to_csv(tmp_path / "results.csv", index=False)
    figure, table = FIGURES[name](pd.read_csv(tmp_path / "results.csv"))
    figure.draw_without_rendering()
    assert len(table) == len(drawn(name, True)[1])


@pytest.mark.parametrize("steps", [1, 2])
def test_a_short_run_has_visible_points(steps: int) -> None:
    figure, _ = figures_training.training_curve(synthetic.metrics(steps), "smoke")
    assert figure.axes[0].lines[0].get_marker() == "."


def test_gain_pairs_and_seeds() -> None:
    figure, table = drawn("gain", True)
    left, right = figure.axes
    assert [bar.get_height() for bar in left.patches][2] == 57.4  # before RL, RTLLM-v1.1
    assert [bar.get_height() for bar in left.patches][8] == 72.9
    assert [bar.get_height() for bar in right.patches] == [41.0, 47.0, 63.5, 66.0]
    assert table["seed"].notna().sum() == 8


def test_speedup_and_funnel_values() -> None:
    figure, table = drawn("speedup", True)
    assert [bar.get_width() for bar in figure.axes[0].patches] == [
        1.25,
        1.44,
        1.31,
        1.44,
        0.93,
        1.7,
        1.8,
        2.2,
        1.1,
        1.4,
    ]
    assert table["label"].iloc[2] == "paper's rule against fixed draws, in simulated time at the paper's scale"
    figure, _ = drawn("funnel", True)
    assert [text.get_text() for text in figure.axes[1].texts][-1] == "212 (24.6 %)"


def test_overview_shows_this_runs_counts() -> None:
    _, table = drawn("overview", True)
    lines = table.groupby("box", sort=False)["text"].agg(" ".join)
    assert list(lines.index[:4]) == ["corpus", "describe", "solve", "equivalence check"]
    assert lines["corpus"] == "goldens: 1,200" and lines["equivalence check"] == "equivalent: 861"
    assert "63.5 % (n = 64)" in lines["adaptive DAPO"] and "212" in lines["filters"]


def test_classes_of_samples_fill_their_bars() -> None:
    figure, table = drawn("classes", True)
    (axis,) = figure.axes
    ends: dict[float, float] = {}
    for bar in axis.patches:
        ends[bar.get_y()] = max(ends.get(bar.get_y(), 0), bar.get_x() + bar.get_width())
    assert list(ends.values()) == pytest.approx([100, 100])
    assert len(table) == 14


def test_whiskers_of_one_error_rate_stand_side_by_side() -> None:
    figure, table = drawn("truth", True)
    for axis in figure.axes:
        places = [bar.lines[0].get_xdata().tolist() for bar in axis.containers]
        assert len({at for series in places for at in series}) == sum(map(len, places)) > 0
        assert [float(label.get_text()) for label in axis.get_xticklabels()] == sorted(set(table["rate"]))


def test_lengths_of_right_and_wrong_answers_are_counted_in_the_same_bins() -> None:
    answers = pd.DataFrame({"tokens": [10, 12, 14, 200, 260, 300], "reward": [1, 1, 1, 0, 0, 0]})
    figure, _ = length_histogram(answers, "cpu")
    right, wrong = (patch.get_xy()[:, 0] for patch in figure.axes[0].patches)
    assert set(right) == set(wrong) and (right.min(), right.max()) == (10, 300)
    assert all(float(tick).is_integer() for tick in figure.axes[0].get_yticks())


def test_blind_spots_are_counted_by_benchmark() -> None:
    figure, table = figures_benchmarks.blind_spots(synthetic.spots())
    assert table.to_dict("list") == {
        "benchmark": ["rtllm-v1.1", "verilog-eval-v2-spec"],
        "tasks": [29, 156],
        "with_blind_spots": [24, 7],
        "beyond_edge": [15, 5],
        "empty": [2, 1],
    }
    said = texts(figure)
    assert {"24 of 29", "15 of 29", "2 of 29", "7 of 156", "1 of 156"} <= set(said)
    assert overlapping(shown(figure)) == []


def test_a_model_measured_beforehand_stands_beside_this_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = [
        synthetic.row("06_benchmarks", "pass@1", "Real-1.5B", 12.5, 29, 8, benchmark="rtllm-v1.1"),
        synthetic.row("06_benchmarks", "params_b", "Real-1.5B", 1.54, 1, unit="billion"),
    ]
    pd.DataFrame(kept).to_csv(tmp_path / "benchmarks.csv", index=False)
    monkeypatch.setattr(gallery, "REFERENCE", tmp_path)
    both = gallery.with_reference(synthetic.results(), "cpu")
    figure, table = figures_models.pass_rate_against_size(published.results(), both)
    real = table.set_index("model").loc["Real-1.5B"]
    assert (real["params_b"], real["pass@1"], real["profile"]) == (1.54, 12.5, "reference")
    assert "Real-1.5B\n(ours, reference, n = 29)" in texts(figure)
    _, lines = figures_models.main_table("v1", published.results(), both)
    assert "Real-1.5B (reference)" in set(lines["model"])
