"""One design under one stimulus in Icarus Verilog: the generated testbench and its trace.

Golden and candidate are simulated apart. A candidate's simulation holds nothing of the golden, and its outputs reach us
through a file that the testbench writes and that candidate code cannot name, so there is no pass message to forge.
"""

import re
import secrets
from dataclasses import replace
from pathlib import Path

import numpy as np

from rtlvr.errors import Cause, InfrastructureError
from rtlvr.hdl.circuit import Circuit
from rtlvr.verify.sandbox import Finished, run, scratch, tool
from rtlvr.verify.stimulus import columns
from rtlvr.verify.verdict import Limits

STEP = 10  # time units of a step
_UNREAD = re.compile(r"sim:\d+: ")  # vvp does not read the program that iverilog has written


class SimulationFailed(Exception):
    """The design did not compile or did not finish; the message is a plain sentence.

    `timed_out`: it was wall time that ran out, which may be the machine's fault; `refused`: Icarus does not compile it, or
    cannot run it; `partial`: the trace that it had written when its time was over, so that it may only be slow.
    """

    def __init__(
        self,
        message: str,
        cause: Cause,
        timed_out: bool = False,
        refused: bool = False,
        partial: np.ndarray | None = None,
    ) -> None:
        super().__init__(message)
        self.cause, self.timed_out, self.refused, self.partial = cause, timed_out, refused, partial

    @property
    def slow(self) -> bool:
        """Whether it was getting on when its time was over."""
        return self.partial is not None

    @property
    def overran(self) -> bool:
        """Whether it used up its own CPU time: it never ends, or is slow."""
        return self.cause == "time" and not self.timed_out


def testbench(
    circuit: Circuit,
    steps: int,
    top: str,
    name: str,
    trace: str,
    first: np.ndarray | None = None,
    dump: tuple[str, int] | None = None,
) -> str:
    """The testbench module: drives every input from the stimulus file, writes all outputs after every step.

    Clocks have the level of the `first` step, low by default, before any process of the design runs: their first value is
    no edge. `dump`: the file for all signals of the design, and the bytes after which it ends.
    """
    places = columns(circuit)
    width = max(1, sum(port.width for port in circuit.inputs))
    clocks = {places[clock.name].start for clock in circuit.clocks}
    levels = np.zeros(width, dtype=np.uint8) if first is None else first
    start = "".join(str(int(bit)) if at in clocks else "x" for at, bit in enumerate(levels)) or "x"
    out = sum(port.width for port in circuit.outputs)
    pins, at = [], out
    for port in circuit.inputs:
        place = places[port.name]
        pins.append(f".\\{port.name} (in[{width - 1 - place.start}:{width - place.stop}])")
    for port in circuit.outputs:
        at -= port.width
        pins.append(f".\\{port.name} (out[{at + port.width - 1}:{at}])")
    dumping = f'$dumpfile("{dump[0]}"); $dumplimit({dump[1]}); $dumpvars(0, dut);' if dump else ""
    return f"""`resetall
`timescale 1ns/1ns
module {name};
  reg [{width - 1}:0] stimulus [0:{steps - 1}];
  reg [{width - 1}:0] in = {width}'b{start};
  wire [{out - 1}:0] out;
  integer step, file;
  \\{top} dut ({", ".join(pins)});
  initial begin
    $readmemb("stimulus.txt", stimulus);
    {dumping}
    file = $fopen("{trace}");
    for (step = 0; step < {steps}; step = step + 1) begin
      in = stimulus[step];
      #{STEP} $fwrite(file, "%b\\n", out);
      if (step % 8 == 7) $fflush(file);
    end
    $fclose(file);
    $finish;
  end
endmodule
"""


def simulate(text: str, top: str, circuit: Circuit, stimulus: np.ndarray, limits: Limits) -> np.ndarray:
    """Simulate module `top` of `text`; returns its outputs as characters 0 1 x z, `(steps, output bits)` of uint8.

    Raises:
        SimulationFailed: it does not compile, does not fit the interface, or exceeds its limits.
        InfrastructureError: our own tools failed.
    """
    with scratch() as folder:
        return _simulated(text, top, circuit, stimulus, limits, folder)


def dumped(text: str, top: str, circuit: Circuit, stimulus: np.ndarray, limits: Limits, most: int) -> str:
    """Simulate as `simulate` does; returns all signals as a value change dump of about `most` bytes. Raises as it does."""
    name = f"{secrets.token_hex(8)}.vcd"
    with scratch() as folder:
        _simulated(text, top, circuit, stimulus, limits, folder, (name, most))
        return (folder / name).read_text(encoding="utf-8", errors="replace")


def _simulated(
    text: str,
    top: str,
    circuit: Circuit,
    stimulus: np.ndarray,
    limits: Limits,
    folder: Path,
    dump: tuple[str, int] | None = None,
) -> np.ndarray:
    name, trace = f"tb_{secrets.token_hex(8)}", f"{secrets.token_hex(8)}.txt"
    (folder / "design.v").write_text(text + "\n", encoding="utf-8")
    bench = testbench(circuit, len(stimulus), top, name, trace, stimulus[0], dump)
    (folder / "testbench.v").write_text(bench, encoding="utf-8")
    _write_stimulus(folder / "stimulus.txt", stimulus)
    # The testbench first: its timescale is then the design's, so that code which asks for the time gets an answer.
    sources = ["testbench.v", "design.v"]
    compiled = run([tool("iverilog"), "-g2012", "-Wportbind", "-s", name, "-o", "sim", *sources], folder, limits)
    _check_compilation(_without(compiled, name, top), folder)
    finished = run([tool("vvp"), "-n", "sim"], folder, limits)
    return _read_trace(folder / trace, _without(finished, name, top), len(stimulus))


def _without(finished: Finished, name: str, top: str) -> Finished:
    """What a tool said without the drawn name of the testbench: equal designs get equal messages."""
    said = finished.output.replace(f"{name}.dut", top).replace(name, "testbench")
    return replace(finished, output=said)


def _write_stimulus(path: Path, stimulus: np.ndarray) -> None:
    rows, width = stimulus.shape
    if width == 0:
        path.write_text("0\n" * rows)
        return
    lines = np.full((rows, width + 1), ord("\n"), dtype=np.uint8)
    lines[:, :-1] = stimulus + ord("0")
    path.write_bytes(lines.tobytes())


def _check_compilation(compiled: Finished, folder: Path) -> None:
    if compiled.limit:
        raise SimulationFailed("compiling it exceeds the limits of time or memory", compiled.limit, compiled.timed_out)
    lines = [line for line in compiled.output.splitlines() if line.strip()]
    # Only of our own instance: what widths a design gives to its helpers is its own affair.
    mismatch = [line for line in lines if line.startswith("testbench.v:") and "expects" in line and "bits" in line]
    if compiled.code != 0 or not (folder / "sim").exists() or mismatch:
        wanted = mismatch or [line for line in lines if "error" in line.lower()] or lines or ["no message"]
        message = f"it does not compile: {_located(wanted[0], folder)[:300]}"
        unknown = "nknown module" in message  # Icarus has no other sign of it
        raise SimulationFailed(message, "missing_module" if unknown else "syntax", refused=True)
    # Icarus goes on after some preprocessor errors; what it then compiles is not what was written.
    if any("error" in line.lower() for line in lines):
        raise SimulationFailed(f"it does not compile cleanly: {lines[0][:300]}", "syntax")


def _located(message: str, folder: Path) -> str:
    """A message with the line it is about instead of its number, since what is compiled is not laid out as the source was."""
    found = re.match(r"design\.v:(\d+): (?:error: |sorry: )?(.*)", message)
    if found is None:
        return message
    lines = (folder / "design.v").read_text(encoding="utf-8").splitlines()
    at = int(found[1]) - 1
    return f"{found[2]} (in `{lines[at].strip()[:80]}`)" if at < len(lines) else found[2]


def _begun(path: Path) -> np.ndarray | None:
    """The whole lines of a trace that was cut off, `(steps, output bits)`; None where there is none."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    if not lines or len({len(line) for line in lines}) > 1:
        return None
    return np.frombuffer(b"".join(lines), dtype=np.uint8).reshape(len(lines), -1)


def _read_trace(path: Path, finished: Finished, steps: int) -> np.ndarray:
    if finished.limit:
        message = "its simulation does not end within the limits of time, memory and output"
        raise SimulationFailed(message, finished.limit, finished.timed_out, partial=_begun(path))
    raw = np.frombuffer(path.read_bytes(), dtype=np.uint8) if path.exists() else np.empty(0, np.uint8)
    if finished.code != 0 or raw.size == 0 or raw.size % steps or np.any(raw.reshape(steps, -1)[:, -1] != ord("\n")):
        if finished.code == 0 and raw.size == 0:
            raise InfrastructureError(f"the simulator wrote no trace: {finished.output[:300]}")
        said = finished.output[:200].strip() or "no message"
        if raw.size == 0 and _UNREAD.match(said):
            raise SimulationFailed(f"Icarus cannot run what it makes of it: {said}", "construct", refused=True)
        raise SimulationFailed(f"its simulation stopped early: {said}", "crash")
    return raw.reshape(steps, -1)[:, :-1]
