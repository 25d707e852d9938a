"""Files in the formats that the authors of the paper published, with small designs of the kit's families."""

import json
import os
import pickle
from pathlib import Path

from published_rows import parquet, row

from rtlvr.data.corpus import procedural

SYSTEM = "Think, then answer."


def designs(count: int, seed: int = 11) -> list[tuple[str, str, str]]:
    """Question, response and golden of procedural designs."""
    found = []
    for _, design in procedural(count, seed):
        asked = f"{design.description}\n{design.header}"
        answer = f"<think>\n{design.thought}</think>\n<answer>\n```verilog\n{design.golden}```\n</answer>"
        found.append((asked, answer, design.golden))
    return found


def sft_file(path: Path, count: int) -> Path:
    """As `codev_r1_sft.jsonl`; the last answer lacks its tags."""
    rows = [{"system": SYSTEM, "prompt": asked, "response": answer} for asked, answer, _ in designs(count)]
    rows[-1]["response"] = "module m; endmodule"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


class Hostile:
    """What runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/rtlvr-was-unpickled",)


def rl_file(path: Path, count: int, broken: bool = False, seed: int = 11) -> Path:
    """As `codev_r1_rl_train.parquet`: each row has two goldens; where `broken`, the first row's do not compile, and a
    hostile pickle follows."""
    rows = []
    for number, (asked, _, golden) in enumerate(designs(count, seed)):
        code = "module m(input a; endmodule" if broken and number == 0 else golden
        ports = {name: [] for name in ("input_port_width", "output_port_width")}
        clocks = {"clock_port_polarity": set(), "reset_port_polarity_sync": set()}
        truth = {key: {"code": code, **ports, **clocks} for key in ("a", "b")}
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": asked}]
        rows.append(row(pickle.dumps(truth), prompt=messages, extra_info={"index": number}))
    if broken:
        hostile = {"style": "rule", "ground_truth": pickle.dumps({"a": Hostile()})}
        rows.insert(1, rows[1] | {"reward_model": hostile})
    return parquet(path, *rows)
