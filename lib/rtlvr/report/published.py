"""What the paper published (arXiv 2505.24183), as typed tables. The numbers live in `published/*.csv`.

Pass rates are in percent, as printed. FLOPs of the scaling figure were read off it (±5 %). Figures that the
paper's readers quote, and that were not checked against its own tables, say so in a `label` column.
"""

from pathlib import Path

import pandas as pd

from rtlvr.report.columns import TableError

FOLDER = Path(__file__).parent / "published"
PERCENT = ("pass@1", "pass@5", "pass@10")


def results(path: Path = FOLDER / "published_results.csv") -> pd.DataFrame:
    """Pass@k (percent) by model and benchmark; `params_b`: billions, `group`: foundation, domain, codev-r1.

    Raises:
        TableError: columns differ, a number is not one, a model appears twice, or a rate is outside 0 to 100.
    """
    numbers = ("params_b", *PERCENT)
    table = _load(path, ("model", "group", "open_source", "params_b", "benchmark", *PERCENT), numbers)
    _refuse_repeats(table, ["model", "benchmark"], path)
    _check_percent(table, PERCENT, path)
    # in this package "ours" means measured by this kit, in the paper it means CodeV-R1
    return table.assign(group=table["group"].replace("ours", "codev-r1"))


def scaling(path: Path = FOLDER / "published_scaling.csv") -> pd.DataFrame:
    """Accuracy (percent) on RTLLM-v1.1 against the response budget in tokens, and FLOPs (paper §4.4).

    Raises:
        TableError: as for `results`.
    """
    numbers = ("budget_tokens", "pass@1", "flops_read_off_figure")
    table = _load(path, ("model", "benchmark", *numbers), numbers)
    _refuse_repeats(table, ["model", "benchmark", "budget_tokens"], path)
    _check_percent(table, ("pass@1",), path)
    return table


def testbench(path: Path = FOLDER / "published_testbench.csv") -> pd.DataFrame:
    """Quality of the generated testbench: checker, metric, value (percent), unit, label.

    Raises:
        TableError: as for `results`.
    """
    table = _load(path, ("checker", "metric", "value", "unit", "label"), ("value",))
    _refuse_repeats(table, ["checker", "metric"], path)
    _check_percent(table, ("value",), path)
    return table


def speedup(path: Path = FOLDER / "published_speedup.csv") -> pd.DataFrame:
    """Gain of adaptive over plain dynamic sampling (paper §3.3): comparison, speedup (×), label.

    Raises:
        TableError: as for `results`.
    """
    return _load(path, ("comparison", "speedup", "label"), ("speedup",))


def funnel(path: Path = FOLDER / "published_funnel.csv") -> pd.DataFrame:
    """How many examples the paper's data steps left (paper §3.1, rounded): stage, step, count, label.

    Raises:
        TableError: as for `results`.
    """
    return _load(path, ("stage", "step", "count", "label"), ("count",))


def _load(path: Path, columns: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if tuple(table.columns) != columns:
        raise TableError(f"{path}: got columns {', '.join(table.columns)}; needed exactly: {', '.join(columns)}")
    for name in numbers:
        try:
            table[name] = pd.to_numeric(table[name].replace("", None)).astype(float)
        except ValueError as error:
            raise TableError(f"{path}: column {name} must hold numbers or nothing: {error}") from error
    return table


def _refuse_repeats(table: pd.DataFrame, keys: list[str], path: Path) -> None:
    repeated = table[table.duplicated(keys)]
    if len(repeated):
        raise TableError(f"{path}: got twice: {repeated[keys].iloc[0].to_dict()}; each may appear once")


def _check_percent(table: pd.DataFrame, columns: tuple[str, ...], path: Path) -> None:
    for name in columns:
        outside = table[~table[name].dropna().between(0, 100).reindex(table.index, fill_value=True)]
        if len(outside):
            raise TableError(f"{path}: got {name}={outside[name].iloc[0]}; allowed: 0 to 100 percent")
