"""What is said of each output: with evidence of its own, and never against the whole verdict."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtlvr.cli import main
from rtlvr.data.corpus import seed_corpus
from rtlvr.hdl.mutate import mutants
from rtlvr.verify import Limits, Pool, Stimuli, Verdict, verify
from rtlvr.verify.outputs import NO_SINGLE_OUTPUT, by_output, verdict_by_output
from rtlvr.verify.protocol import verdict_of

GOLDEN = """module t(input clk, input rst, input [3:0] d, output reg [3:0] q, output odd, output one);
  // zebra_comment
  reg [3:0] quagga_last;
  always @(posedge clk) if (rst) begin q <= 0; quagga_last <= 0; end
    else begin q <= q + d; quagga_last <= q; end
  assign odd = ^quagga_last, one = 1'b1;
endmodule
"""
HEAD = "module t(input clk, input rst, input [3:0] d, output reg [3:0] q, output odd, output one);\n"
BODY = "reg [3:0] p; always @(posedge clk) {p, q} <= rst ? 8'd0 : {q, d + q};\n"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(1, Limits(wall_seconds=60), mode="hybrid")
    yield made
    made.close()


def judged(pool: Pool, golden: str, candidate: str, top: str | None = None) -> tuple[Verdict, Verdict]:
    """The verdict alone, and with its outputs."""
    row, stimuli = (golden, candidate, top, None), Stimuli()
    verdict = verdict_of(pool, row, "hybrid", stimuli)
    return verdict, by_output(pool, row, verdict, stimuli, "hybrid")


def statuses(verdict: Verdict) -> dict[str, str]:
    return {one.name: one.status for one in verdict.by_output}


def test_each_output_has_its_own_evidence(pool: Pool) -> None:
    verdict, parts = judged(pool, GOLDEN, f"{HEAD}{BODY}assign odd = |p, one = 1'b1;\nendmodule\n")
    assert verdict.status == "inequivalent" and verdict.by_output == ()
    assert statuses(parts) == {"q": "equivalent", "odd": "inequivalent", "one": "equivalent"}
    found = {one.name: one for one in parts.by_output}
    assert found["q"].proved and found["one"].proved and not found["odd"].proved
    assert found["odd"].cause == "counterexample" and found["odd"].error_rate


def test_no_output_is_begun_when_the_time_is_over(pool: Pool) -> None:
    wrong = f"{HEAD}{BODY}assign odd = |p, one = 1'b1;\nendmodule\n"
    with pytest.raises(TimeoutError, match="before all outputs were judged"):
        verdict_by_output(pool, (GOLDEN, wrong, None, None), "hybrid", Stimuli(), ends=time.monotonic())
    right = verdict_by_output(pool, (GOLDEN, GOLDEN, None, None), "hybrid", Stimuli(), ends=time.monotonic())
    assert len(right.by_output) == 3, "an equivalent pair takes no further check"


def test_an_equivalent_pair_has_equivalent_outputs(pool: Pool) -> None:
    verdict, parts = judged(pool, GOLDEN, f"{HEAD}{BODY}assign odd = p[0]^p[1]^p[2]^p[3], one = 1'b1;\nendmodule\n")
    assert verdict.equivalent and verdict.proved
    assert statuses(parts) == dict.fromkeys(("q", "odd", "one"), "equivalent")
    assert all(one.proved and one.method == verdict.method for one in parts.by_output)


def test_nothing_is_said_of_the_outputs_of_what_is_invalid(pool: Pool) -> None:
    for candidate in (f"{HEAD}assign odd = ;\nendmodule\n", HEAD.replace("[3:0] d", "[4:0] d") + "endmodule\n", "junk"):
        verdict, parts = judged(pool, GOLDEN, candidate)
        assert verdict.status == "invalid" and parts == verdict


def test_an_output_that_is_never_known_leaves_the_others_their_verdict(pool: Pool) -> None:
    golden = (
        "module t(input clk, a, output reg q, output y);\nalways @(posedge clk) q <= ~q; assign y = ~a;\nendmodule\n"
    )
    verdict, parts = judged(pool, golden, golden.replace("~q", "q"))
    assert (verdict.status, verdict.cause) == ("undecided", "unknown_golden")
    assert statuses(parts) == {"q": "undecided", "y": "equivalent"}


@pytest.mark.parametrize(
    "end",
    ["`ifdef NEVER\n", "`define q d \\", "`define module endmodule", "// no end of line", "/* open"],
    ids=["ifdef", "continued", "macro", "comment", "open comment"],
)
def test_the_end_of_a_text_changes_no_output(pool: Pool, end: str) -> None:
    """The module around a text stands before it: what a text leaves open does not reach it."""
    whole, parts = judged(pool, GOLDEN, f"{HEAD}{BODY}assign odd = |p, one = 1'b1;\nendmodule\n{end}")
    if whole.status == "inequivalent":
        assert statuses(parts) == {"q": "equivalent", "odd": "inequivalent", "one": "equivalent"}
    else:
        assert whole.status == "invalid" and not parts.by_output


def test_ports_of_any_kind(pool: Pool) -> None:
    golden = (
        "typedef struct packed {logic [2:0] a; logic b;} pair;\n"
        "module t(input pair x, input logic signed [3:0] \\s.in , output pair y, output logic \\o.k , output [0:3] up);\n"
        "assign y = {x.b, x.a}; assign \\o.k = \\s.in < 0; assign up = \\s.in + 1;\nendmodule\n"
    )
    verdict, parts = judged(pool, golden, golden.replace("< 0", "<= 0"))
    assert verdict.status == "inequivalent"
    assert statuses(parts) == {"y": "equivalent", "o.k": "inequivalent", "up": "equivalent"}


def test_verdicts_stay_what_they_were(pool: Pool) -> None:
    candidate = f"{HEAD}{BODY}assign odd = |p, one = 1'b0;\nendmodule\n"
    verdict, parts = judged(pool, GOLDEN, candidate)
    assert "by_output" not in verdict.model_dump() and "by_output" not in verdict.model_dump_json()
    assert parts.model_copy(update={"by_output": ()}) == verdict
    assert Verdict.model_validate_json(parts.model_dump_json()) == parts
    asked = verify(GOLDEN, candidate, per_output=True)
    assert asked.by_output == parts.by_output and verify(GOLDEN, candidate).by_output == ()
    said = json.dumps([one.model_dump() for one in asked.by_output])
    assert not any(secret in said for secret in ("zebra", "quagga"))


@pytest.mark.long
@pytest.mark.tools
def test_outputs_agree_with_the_whole_on_the_corpus(pool: Pool) -> None:
    """Equivalent: all outputs are; inequivalent: one at least is, or the reason says that none was found to be."""
    seen = {"equivalent": 0, "inequivalent": 0}
    for golden in seed_corpus()[::6]:
        for fault in [fault for fault, _ in zip(mutants(golden.code, random.Random(7)), range(2), strict=False)]:
            verdict, parts = judged(pool, golden.code, fault.code, golden.top)
            found = set(statuses(parts).values())
            if verdict.equivalent:
                assert found == {"equivalent"}
            if verdict.status == "inequivalent":
                assert "inequivalent" in found or parts.reason.endswith(NO_SINGLE_OUTPUT)
            if verdict.status in seen and len(parts.by_output) > 1:
                seen[verdict.status] += 1
    assert seen["inequivalent"] > 20 and seen["equivalent"] > 0


def test_the_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "golden.v", tmp_path / "candidate.v"]
    files[0].write_text(GOLDEN)
    files[1].write_text(f"{HEAD}{BODY}assign odd = |p, one = 1'b1;\nendmodule\n")
    assert main(["verify", *map(str, files), "--outputs"]) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("inequivalent: output odd differs")
    assert [line.split(" (")[0].strip() for line in rest] == ["q: equivalent", "odd: inequivalent", "one: equivalent"]
    assert main(["verify", "--pairs", str(files[0]), "--out", str(tmp_path / "o"), "--outputs"]) == 2
