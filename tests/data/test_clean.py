"""Cleaning: what falls, and why; a kill changes nothing; benchmarks' references do not get through in disguise."""

import random
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from planting import MIT, disguise, plant

from rtlvr.data.clean import STEPS, Cleaner, Dropped, funnel
from rtlvr.data.corpus import seed_corpus
from rtlvr.data.decontaminate import BenchmarkIndex, Reference
from rtlvr.data.modules import Unusable, decode, licence_of, units
from rtlvr.data.near_duplicates import Index, digest, signature, tokens
from rtlvr.data.sources import Snippet, read_source
from rtlvr.errors import ParameterError, StageError
from rtlvr.evaluate.benchmarks import NAMES, load_tasks
from rtlvr.params import load
from rtlvr.records import Golden, read_jsonl
from rtlvr.verify import Pool, Stimuli

ADDER = "module adder(input [3:0] a, b, output [4:0] s);\n  assign s = a + b;\nendmodule\n"
OTHER = "module other(input [7:0] x, input k, output [7:0] y);\n  assign y = k ? ~x : {x[3:0], x[7:4]};\nendmodule\n"


def cleaned(folder: Path, pool: Pool, stimuli: Stimuli, *texts: bytes | str, **changes: object) -> dict[str, str]:
    """{design or snippet name: step at which it fell, or 'kept'}"""
    settings = load("cpu", {f"corpus.{key}": value for key, value in changes.items()}).corpus
    data = [text.encode() if isinstance(text, str) else text for text in texts]
    snippets = [Snippet(source="test", name=str(n), data=d) for n, d in enumerate(data)]
    cleaner = Cleaner(folder, settings, pool, stimuli, jobs=1)
    cleaner.run(snippets)
    fell = {row.top or row.name: row.step for row in read_jsonl(cleaner.dropped, Dropped)}
    return fell | {row.top: "kept" for row in read_jsonl(cleaner.goldens, Golden)}


def test_what_falls_and_at_which_step(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    never = "module never(input clk, output reg q);\n  always @(posedge clk) q <= ~q;\nendmodule\n"
    lacks = "module lacks(input a, output y);\n  helper h(a, y);\nendmodule\n"
    found = cleaned(
        tmp_path, pool, stimuli, ADDER, ADDER.replace("  ", "\t"), ADDER.replace("adder", "adder2"), OTHER, never, lacks,
        "module broken(input a, output y); assign y = ; endmodule", "module cut(input a", b"\0\1binary", "// empty\n",
        "module task_(input a, output y); initial $system(\"ls\"); assign y = a; endmodule",
        "module long_(input a, output y); assign y = " + "a & " * 5000 + "a; endmodule",
    )  # fmt: skip
    assert found == {
        "adder2": "not seen before",
        "other": "kept",
        "never": "equal to itself",
        "lacks": "analysed",
        "broken": "analysed",
        "7": "readable",
        "8": "readable",
        "9": "readable",
        "task_": "allowed constructs",
        "long_": "size",
        "adder": "kept",
    }
    assert [name for name, _ in funnel(tmp_path)] == ["found", *STEPS]
    assert funnel(tmp_path)[0][1] == 12
    assert funnel(tmp_path)[-1][1] == 2


def test_a_broken_copy_does_not_push_a_sound_one_out(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    long = next(g.code for g in seed_corpus() if g.id == "age_based_arbiter")
    broken = long.replace("age_based_arbiter", "spoiled").replace("endmodule", "  assign nothing = ;\nendmodule")
    assert cleaned(tmp_path, pool, stimuli, broken, long) == {"spoiled": "analysed", "age_based_arbiter": "kept"}


def test_licences(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    gpl = "// This is free software under the GNU General Public License, version 2\n" + OTHER
    found = cleaned(tmp_path, pool, stimuli, MIT + ADDER, gpl, licences="MIT")
    assert found == {"adder": "kept", "other": "licence"}
    assert "Copyright" not in (tmp_path / "goldens.jsonl").read_text()
    assert read_jsonl(tmp_path / "goldens.jsonl", Golden)[0].licence == "MIT"


def test_a_folder_of_another_run_is_refused(pool: Pool, stimuli: Stimuli, tmp_path: Path) -> None:
    cleaned(tmp_path, pool, stimuli, ADDER)
    with pytest.raises(StageError, match="give another folder"):
        cleaned(tmp_path, pool, stimuli, ADDER, max_tokens=50)


def test_decoding() -> None:
    assert decode(b"\xef\xbb\xbfmodule") == "module"
    assert decode("a\r\nb".encode("utf-16")) == "a\nb"
    assert decode(b"// caf\xe9") == "// café"
    for data in (b"\x7fELF\0\0", b"a\x01b", b"\xff\xfe\x00"):
        with pytest.raises(Unusable):
            decode(data)


def test_licence_names() -> None:
    assert licence_of("// SPDX-License-Identifier: Apache-2.0\nmodule m; endmodule") == "Apache-2.0"
    assert licence_of("/* GNU Lesser General Public License */") == "LGPL"
    assert licence_of('module m; initial $display("MIT License"); endmodule') == ""


def test_units_are_tops_with_their_helpers() -> None:
    text = """`timescale 1ns/1ps
`define W 4
/* copyright nobody */
module inc(input [`W-1:0] a, output [`W-1:0] y); assign y = a + 1; endmodule
module one(input [`W-1:0] a, output [`W-1:0] y); inc u(a, y); endmodule // uses inc
module two(input a, output y); assign y = a; /* module three */ endmodule
"""
    found = units(text)
    assert [unit.top for unit in found] == ["one", "two"]
    assert "module inc" in found[0].code and "`define W 4" in found[0].code
    assert "module inc" not in found[1].code
    assert not any(word in unit.code for unit in found for word in ("copyright", "timescale"))
    for bad in ("wire x;\nmodule a; endmodule", "module a; endmodule module a; endmodule", "module a;", "int x;"):
        with pytest.raises(Unusable):
            units(bad)


def test_every_source_gives_the_same_files(tmp_path: Path) -> None:
    files = {"b/x.v": ADDER, "a/y.sv": OTHER, "a/notes.txt": "no"}
    for name, text in files.items():
        (tmp_path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "src" / name).write_text(text)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        for name in sorted(files):
            archive.write(tmp_path / "src" / name, name)
            tar.add(tmp_path / "src" / name, name)
    for spec in (f"directory:{tmp_path}/src", f"archive:{tmp_path}/a.zip", f"archive:{tmp_path}/a.tar.gz"):
        assert [(s.name, s.data.decode()) for s in read_source(spec)] == [("a/y.sv", OTHER), ("b/x.v", ADDER)]
    with pytest.raises(ParameterError, match="allowed: seed"):
        list(read_source("nowhere:x"))
    with pytest.raises(StageError, match="got no file"):
        list(read_source("directory:/no/such"))


def test_likeness() -> None:
    index = Index(0.8)
    arbiter = seed_corpus()[0].code
    index.add("arbiter", signature(tokens(arbiter)))
    hit = index.nearest(signature(tokens(arbiter.replace("2'd3", "2'd2", 1))))
    assert hit is not None and hit[0] == "arbiter" and 0.8 <= hit[1] < 1
    assert index.nearest(signature(tokens(OTHER))) is None


@pytest.mark.long
@pytest.mark.tools
def test_killed_and_resumed_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    plant(tmp_path / "planted", 700)
    script = (
        "import sys; from pathlib import Path; from rtlvr.data.clean import Cleaner; from rtlvr.data.sources import read_source\n"
        "from rtlvr.params import load; from rtlvr.verify import Pool, Stimuli\n"
        "if __name__ == '__main__':\n"
        "    cleaner = Cleaner(Path(sys.argv[2]), load('cpu').corpus, Pool(2, mode='hybrid'), Stimuli(), jobs=2)\n"
        "    cleaner.run(read_source('directory:' + sys.argv[1]))\n"
    )
    (tmp_path / "clean.py").write_text(script)

    def command(name: str) -> list[str]:
        return [sys.executable, str(tmp_path / "clean.py"), str(tmp_path / "planted"), str(tmp_path / name)]

    subprocess.run(command("whole"), check=True, capture_output=True)
    rng = random.Random(0)
    for _ in range(2):
        with subprocess.Popen(command("torn"), stderr=subprocess.DEVNULL) as process:
            time.sleep(rng.uniform(6, 14))
            process.send_signal(signal.SIGKILL)
    subprocess.run(command("torn"), check=True, capture_output=True)
    for name in ("goldens.jsonl", "dropped.jsonl", "progress.json"):
        assert (tmp_path / "torn" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.fixture(scope="module")
def known(benchmarks: Path) -> list[Reference]:
    tasks = [(name, task) for name in NAMES for task in load_tasks(name, benchmarks)]
    return [Reference(name=f"{n}/{t.id}", code=t.reference, top=t.top, prompt=t.prompt) for n, t in tasks]


@pytest.fixture(scope="module")
def look(known: list[Reference], stimuli: Stimuli) -> Iterator[Callable[..., Iterator[str | None]]]:
    """Which benchmark's design each of some (code, description, top) is."""
    pool = Pool(2, mode="hybrid")
    judge = BenchmarkIndex(known, pool, stimuli)

    def one(row: tuple[str, str | None, str | None]) -> str | None:
        code, description, top = row
        words = tokens(code)
        if found := judge.text(digest(words), signature(words), description):
            return found
        return judge.design(code, pool.inspect(code, stimuli, top))

    yield lambda rows: pool.map(one, rows)
    pool.close()


@pytest.mark.long
@pytest.mark.tools
def test_references_in_disguise_are_found(known: list[Reference], look: Callable[..., Iterator[str | None]]) -> None:
    """Every reference with other names, another layout and its ports in another order."""
    unique = {row.code: row for row in known}.values()
    hidden = [(disguise(row.code, row.top, random.Random(row.name)), None, None) for row in unique]
    missed = [row.name for row, found in zip(unique, look(hidden), strict=True) if not found]
    assert missed == []


@pytest.mark.long
@pytest.mark.tools
def test_false_alarms_on_the_seed_corpus(look: Callable[..., Iterator[str | None]]) -> None:
    """One module of the seed corpus is a benchmark's design, and really is: a barrel shifter."""
    corpus = seed_corpus()
    found = look([(golden.code, golden.description, golden.top) for golden in corpus])
    assert {g.id: f for g, f in zip(corpus, found, strict=True) if f} == {
        "log_shifter_gen": "it behaves as the reference of rtllm-v2.0/barrel_shifter"
    }
