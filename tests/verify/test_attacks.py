"""Hostile candidates: none is accepted, none leaves a trace, none hangs."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from rtlvr import scratch
from rtlvr.scratch import scratch_parent
from rtlvr.verify import Limits, Pool, Stimuli

GOLDEN = "module g(input clk, input rst, input [3:0] d, output reg [3:0] q);\n" + (
    "always @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3;\nendmodule\n"
)
HEAD = "module g(input clk, input rst, input [3:0] d, output reg [3:0] q);\n"
LIMITS = Limits(cpu_seconds=2, wall_seconds=20, memory_mb=512, file_mb=16)
ATTACKS = {
    "prints a pass message": 'initial begin $display("PASSED"); $display("0 mismatches"); end',
    "finishes early": "initial $finish;",
    "reads the golden by name": "always @* q = g.q;",
    "reads a testbench by name": "always @* q = testbench.gold.q;",
    "upward reference": "always @* q = out;",
    "forces": "initial force q = 0;",
    "writes a file": 'integer f; initial begin f = $fopen("/tmp/rtlvr_attack"); $fwrite(f, "x"); end',
    "runs a program": 'initial $system("touch /tmp/rtlvr_attack");',
    "includes a file": '`include "/etc/passwd"',
    "zero-delay loop": "initial while (1) ;",
    "forever": "initial forever begin end",
    "combinational loop": "wire a; assign a = ~a === 1'b1; always @* q = {4{a}};",
    "recursion": "function automatic [3:0] f(input [31:0] n); f = f(n + 1); endfunction initial q = f(0);",
    "giant memory": "reg [1023:0] m [0:100000000]; initial m[99999999] = 1; always @* q = m[d][3:0];",
    "giant replication": "wire [3:0] w = {100000000{d}}; always @* q = w;",
    "giant generate": "genvar i; generate for (i = 0; i < 100000000; i = i + 1) begin : x wire w; end endgenerate",
    "flood": 'initial while (1) $display("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");',
    "unknown everywhere": "always @* q = 4'bx;",
    "redefines the default net type": "`default_nettype none\nalways @* q = undeclared;",
    "deep nesting": "always @* q = " + "(" * 20000 + "d" + ")" * 20000 + ";",
    "time-dependent": "always @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3 + ($time > 200);",
    "bind": "endmodule\nmodule spy; endmodule\nbind g spy s();\nmodule rest;",
    "defparam": "defparam g.p = 3;",
    "a module named like the golden": "endmodule\nmodule g(input clk); endmodule\nmodule rest;",
    "an open macro": "`define endmodule\nalways @* q = d;",
    "an open condition": "`ifdef NOTHING\nalways @* q = d;",
    "plusargs": 'reg [31:0] v; initial if ($value$plusargs("x=%d", v)) q = v;',
    "a dump": 'initial begin $dumpfile("/tmp/rtlvr_attack"); $dumpvars; end',
    "reads memory from a file": 'reg [7:0] m [0:3]; initial $readmemh("/etc/passwd", m);',
    "foreign function": 'import "DPI-C" function void exit(int code);\ninitial exit(0);',
    "ten megabytes": "// " + "x" * 10_000_000,
    "random": "always @(posedge clk) q <= $random;",
    "a glitch at the edge": "always @(posedge clk) begin q = 4'd9; q = rst ? 0 : d + 4'd4; end",
    "a giant constant": "wire [99999999:0] w = {100000000{1'b1}}; always @* q = w[3:0];",
    "waits": "initial begin wait (d == 3); q = 0; end",
    "unknown only when compared": "always @(posedge clk) q <= rst ? 4'd0 : (d === 4'd7) ? 4'bx : d + 4'd3;",
    "macro bomb": "`define A0 q\n"
    + "".join(f"`define A{n + 1} " + f"`A{n} " * 8 + "\n" for n in range(12))
    + "always @* q = `A12;",
    "a macro of itself": "`define R `R\nalways @* q = `R;",
    "endless constant function": "function automatic integer f(input integer n); while (1) f = n; endfunction\n"
    "localparam K = f(1); always @* q = K;",
    "a giant power": "wire [3:0] w = 3**(2**20); always @* q = w;",
    "an instance of itself": "g again(clk, rst, d, q);",
    "an open string": 'initial $display("abc); always @* q = d;',
    "an open comment": "/* always @* q = d;",
    "a protected region": "`pragma protect begin\nalways @* q = d;\n`pragma protect end",
    "a long loop": "integer i; always @* for (i = 0; i < 100000000; i = i + 1) q = d;",
    "deep blocks": "always @* " + "begin " * 3000 + "q = d;" + " end" * 3000,
    "a package that imports": 'endmodule\npackage p; import "DPI-C" function int system(string s); endpackage\n'
    'module rest import p::*; (); localparam X = system("touch /tmp/rtlvr_attack");',
    "binds by an interface": "endmodule\ninterface i; endinterface\nbind g i spy();\nmodule rest;",
    "counter-dependent": "reg [7:0] n = 0; always @(posedge clk) n <= n + 1;\n"
    "always @(posedge clk) if (rst) q <= 0; else q <= d + 4'd3 + (n > 60);",
}


@pytest.fixture(scope="module")
def guarded():
    made = Pool(2, LIMITS)
    yield made
    made.close()


@pytest.mark.tools
@pytest.mark.parametrize("mode", ["hybrid", "testbench"])
@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_refused(guarded: Pool, name: str, mode: str) -> None:
    marker = Path("/tmp/rtlvr_attack")
    marker.unlink(missing_ok=True)
    began = time.monotonic()
    verdict = guarded.verify(GOLDEN, HEAD + ATTACKS[name] + "\nendmodule\n", Stimuli(sequences=4, cycles=64), mode=mode)
    assert verdict.status in ("inequivalent", "invalid"), verdict.reason
    assert time.monotonic() - began < LIMITS.wall_seconds + 10
    assert not marker.exists()


@pytest.mark.tools
@pytest.mark.parametrize("text", ["\0", "module g(", "x" * 10_000_000, "\udcff", "endmodule module g", "`" * 1000])
def test_garbage_is_refused(guarded: Pool, text: str) -> None:
    assert guarded.verify(GOLDEN, text, Stimuli(sequences=1, cycles=8)).status == "invalid"


@pytest.mark.tools
@pytest.mark.alone
def test_nothing_is_left_behind(guarded: Pool) -> None:
    def simulators() -> int:
        count = 0
        for entry in Path("/proc").glob("[0-9]*/comm"):
            try:
                count += entry.read_text().strip() in ("vvp", "ivl", "iverilog")
            except OSError:
                continue
        return count

    guarded.verify(GOLDEN, HEAD + ATTACKS["zero-delay loop"] + " // again\nwire z;\nendmodule\n", Stimuli())
    assert simulators() == 0
    left = [folder for pid in guarded.workers for folder in scratch_parent().glob(f"rtlvr-{pid}-*/*")]
    assert guarded.workers and not left


@pytest.mark.tools
def test_a_closed_pool_leaves_no_folder() -> None:
    pool = Pool(1, LIMITS)
    assert pool.verify(GOLDEN, GOLDEN + "// once\n", Stimuli(sequences=4, cycles=64)).equivalent
    roots = [root for worker in pool.workers for root in scratch_parent().glob(f"rtlvr-{worker}-*")]
    pool.close()
    assert len(roots) == 1 and not roots[0].exists()


@pytest.mark.tools
def test_a_killed_worker_leaves_no_folder() -> None:
    pool = Pool(1, LIMITS)
    with ThreadPoolExecutor(1) as threads:
        check = threads.submit(pool.verify, GOLDEN, HEAD + ATTACKS["zero-delay loop"] + "\nendmodule\n", Stimuli())
        folder = _wait_for_a_folder()
        worker = int(folder.parent.name.split("-")[1])
        os.kill(worker, signal.SIGKILL)
        assert check.result().status == "invalid"  # tried again on a fresh worker
    assert not folder.exists() and not folder.parent.exists()
    assert not [p for p in psutil.process_iter() if _session(p.pid) == worker and p.status() != psutil.STATUS_ZOMBIE]
    pool.close()


def _session(process: int) -> int:
    try:
        return os.getsid(process)
    except ProcessLookupError:
        return -1


def _wait_for_a_folder() -> Path:
    """A scratch folder in which a worker of this process simulates now."""
    for _ in range(2000):
        for child in psutil.Process().children():
            for folder in scratch_parent().glob(f"rtlvr-{child.pid}-*/*"):
                if (folder / "sim").exists():
                    return folder
        time.sleep(0.01)
    raise AssertionError("no worker made a scratch folder")


def test_only_abandoned_folders_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "scratch_parent", lambda: tmp_path)
    abandoned = tmp_path / "rtlvr-4000001-x"
    abandoned.mkdir()
    with scratch.scratch() as alive:
        scratch.sweep()
        assert abandoned.exists()  # made a moment ago: its owner may not have locked it yet
        scratch.sweep(4000001)
        scratch.sweep(os.getpid())
        assert not abandoned.exists() and alive.exists()
    assert not alive.exists()


@pytest.mark.tools
def test_judging_goes_on_after_attacks(guarded: Pool) -> None:
    assert guarded.verify(GOLDEN, GOLDEN + "// still judged\n", Stimuli(sequences=4, cycles=64)).equivalent
