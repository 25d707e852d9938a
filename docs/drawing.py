"""Draws docs/architecture.svg from the floors that tests/test_architecture.py keeps: `python docs/drawing.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAYS = {
    "plan": "memory and hours of a run",
    "hdl": "reading and changing designs",
    "verify": "golden and candidate to a verdict",
    "llm": "models behind a service",
    "policy": "a model and its answers",
    "draws": "which prompts, when a step is full",
    "reward": "what an answer earns",
    "data": "sources, round trip, filters",
    "evaluate": "benchmarks, pass@k, votes",
    "train": "SFT and adaptive DAPO",
    "stages": "one function per notebook",
    "environment": "the reward for other trainers",
    "serve": "the verifier behind a service",
    "ppa": "area and delay",
}
_WIDE, _HIGH, _LEFT = 430, 34, 20


def _box(x: int, y: int, width: int, height: int, name: str, says: str, colour: str) -> str:
    text = f'<text x="{x + 14}" y="{y + 22}" class="n">{name}</text>'
    more = f'<text x="{x + 126}" y="{y + 22}">{says}</text>' if says else ""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="{colour}"/>{text}{more}'


def drawing(floors: tuple[str, ...]) -> str:
    """The picture as SVG."""
    rows = [("cli, notebooks", "what people call"), *((name, SAYS.get(name, "")) for name in reversed(floors))]
    rows += [("foundation", "errors, paths, records, parameters, stages' folders")]
    colours = ["#cfd8ea"] + ["#e6ebf5"] * len(floors) + ["#d9e7d4"]
    boxes = [_box(_LEFT, 16 + i * 40, _WIDE, _HIGH, *row, colours[i]) for i, row in enumerate(rows)]
    high = 40 * len(rows) + 24
    boxes.append(_box(_LEFT + _WIDE + 24, 16, 190, high - 28, "report", "", "#f3e5cf"))
    lines = ("figures and tables,", "from records alone")
    boxes += [f'<text x="{_LEFT + _WIDE + 38}" y="{62 + 18 * i}">{line}</text>' for i, line in enumerate(lines)]
    style = "<style>text{font:13px sans-serif;fill:#222}.n{font-weight:bold}</style>"
    size = f'width="690" height="{high}" viewBox="0 0 690 {high}"'
    paper = f'<rect width="690" height="{high}" fill="#fff"/>'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', style, paper, *boxes, "</svg>"]) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent / "tests"))
    from test_architecture import FLOORS

    (HERE / "architecture.svg").write_text(drawing(FLOORS), encoding="utf-8")
