"""Rows of the shape that the authors published."""

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
DESIGN = {
    "code": "module top(input clk, input rst_n, input [7:0] d, output reg [7:0] q); // 8 µs\nendmodule\n",
    "input_port_width": [("clk", 1), ("rst_n", 1), ("d", 8)],
    "output_port_width": [("q", 8)],
    "clock_port_polarity": {("clk", 1)},
    "reset_port_polarity_sync": {("rst_n", 0, False), ("clear", 1, True)},
}
MESSAGES = [{"role": "system", "content": "Think first."}, {"role": "user", "content": "Make a register."}]


def row(truth: object, **changes: object) -> dict:
    return {
        "data_source": "codev",
        "prompt": MESSAGES,
        "ability": "verilog",
        "reward_model": {"style": "rule", "ground_truth": truth},
        "extra_info": {"index": 0},
        **changes,
    }


def parquet(path: Path, *rows: dict) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def truth(protocol: int = 4, **changes: object) -> bytes:
    return pickle.dumps({"answer": {**DESIGN, **changes}}, protocol)
