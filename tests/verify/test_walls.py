"""The kernel's walls, with the screen switched off: tools obey hostile text, and nothing comes of it.

Each attack is first tried without walls, so that it is known to work where nothing stops it.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from walls import GOOD, HOSTILE, LIMITS, NO_WALLS, SECRET, shell, trace, up, walled, yosys_says

from rtlvr import confine, doctor, scratch
from rtlvr.errors import InfrastructureError
from rtlvr.hdl import yosys
from rtlvr.hdl.yosys import end_child
from rtlvr.verify import sandbox


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that no tool may read; what a tool may not write goes beside it."""
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return path


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The walls taken down, and put up again by `down.undo()`."""
    end_child()
    monkeypatch.setattr(confine, "walls", lambda: NO_WALLS)
    yield monkeypatch
    end_child()


@walled
@pytest.mark.parametrize(
    "script",
    [
        "while read -r line; do echo $line; done < {secret}",
        "echo x > {outside}",
        "echo x >> {secret}; read -r line < {secret} && echo $line",
        "/usr/bin/touch {outside}",
        "cat {secret}",
        "echo {folder}/sec*",
        "exec 3<> {secret} && read -r line <&3 && echo $line",
    ],
)
def test_a_shell_can_do_nothing_outside(script: str, secret: Path, down: pytest.MonkeyPatch) -> None:
    outside = secret.parent / "outside"
    script = script.format(secret=secret, outside=outside, folder=secret.parent)

    def harm() -> bool:
        said = shell(script).output
        return SECRET in said or f"{secret.parent}/secret" in said.split() or outside.exists()

    assert harm()
    outside.unlink(missing_ok=True)
    secret.write_text(SECRET + "\n")
    up(down)
    assert not harm()
    assert secret.read_text() == SECRET + "\n"


@walled
@pytest.mark.parametrize("path", ["/etc/passwd", "/root", "/home", "/proc/self/environ", "/tmp", str(Path(__file__))])
def test_nothing_of_the_machine_is_read(path: str) -> None:
    listing = shell(f"echo {path}/*; read -r line < {path} && echo seen")
    assert listing.output.splitlines()[0] == f"{path}/*" and "seen" not in listing.output


@walled
def test_no_run_sees_another(secret: Path) -> None:
    with scratch.scratch() as other:
        (other / "trace.txt").write_text(SECRET)
        assert SECRET not in shell(f"read -r line < {other}/trace.txt; echo $line; echo x > {other}/new").output
        assert [path.name for path in other.iterdir()] == ["trace.txt"]


@walled
@pytest.mark.skipif(not shutil.which("bash"), reason="bash opens sockets, and is not here")
def test_no_socket_is_opened(down: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        script = f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]} && echo open"
        assert "open" in shell(script, "bash").output
        server.accept()[0].close()
        up(down)
        assert "open" not in shell(script, "bash").output.split()
        with pytest.raises(TimeoutError):
            server.accept()


NATIVE = """
import ctypes, os, signal, socket, sys
secret, parent = sys.argv[1], int(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
acts = {
    "read": lambda: open(secret).read(), "write": lambda: open(secret, "a"), "remove": lambda: os.remove(secret),
    "mode": lambda: os.chmod(secret, 0o777), "owner": lambda: os.chown(secret, os.getuid(), os.getgid()),
    "time": lambda: os.utime(secret), "cut": lambda: os.truncate(secret, 0), "list": lambda: os.listdir("/"),
    "soft link": lambda: os.symlink(secret, "soft"), "hard link": lambda: os.link(secret, "hard"),
    "pipe": lambda: os.mkfifo("pipe"), "rename": lambda: os.rename(secret, "moved"),
    "kill": lambda: os.kill(parent, 0), "socket": lambda: socket.socket(),
    "unix socket": lambda: socket.socket(socket.AF_UNIX), "pair": lambda: socket.socketpair(),
    "trace": lambda: call("ptrace", 16, parent, None, None), "memory": lambda: open(f"/proc/{parent}/maps").read(),
    "namespace": lambda: call("unshare", 0x10000000), "mount": lambda: call("mount", b"none", b".", b"tmpfs", 0, None),
    "program": lambda: os.execv("/usr/bin/env", ["env", "echo", "ran"]),
}
for name, act in acts.items():
    try:
        act()
        print("done:", name)
    except OSError:
        pass
open("own", "w").write("own")
os.rename("own", "ours")
os.remove("ours")
print("end")
"""


@walled
def test_native_code_gets_no_further(secret: Path) -> None:
    """As if a tool had a hole: its process can call the kernel as it likes."""
    python = str(Path(sys.executable).resolve())
    with scratch.scratch() as folder:
        command = [python, "-I", "-S", "-c", NATIVE, str(secret), str(os.getpid())]
        finished = sandbox.run(command, folder, LIMITS)
    done = {line.removeprefix("done: ") for line in finished.output.splitlines() if line.startswith("done")}
    assert finished.output.endswith("end\n"), finished.output
    assert done <= ({"kill"} if confine.walls().landlock < 6 else set())
    assert secret.read_text() == SECRET + "\n"


@walled
@pytest.mark.parametrize(
    "body",
    [
        'reg [7:0] m [0:3]; initial $readmemh("{secret}", m);\nalways @* q = m[d];',
        'integer f, n; reg [7:0] v; initial begin f = $fopen("{secret}", "r"); n = $fscanf(f, "%h", v); end\n'
        "always @* q = v + d - d;",
        'integer f; initial begin f = $fopen("{outside}"); $fwrite(f, "x"); end\nalways @* q = d;',
        'initial begin $dumpfile("{outside}.vcd"); $dumpvars; end\nalways @* q = d;',
        '`include "{secret}"\n',
    ],
    ids=["readmemh", "fscanf", "fopen", "dumpfile", "include"],
)
def test_icarus_can_do_nothing_outside(body: str, secret: Path, down: pytest.MonkeyPatch) -> None:
    outside = secret.parent / "outside"
    if "include" in body:
        secret.write_text("always @* q = 8'h5a + d - d;")
    text = HOSTILE.format(body.format(secret=secret, outside=outside))

    def harm() -> bool:
        return "01011010" in trace(text) or bool(list(secret.parent.glob("outside*")))

    assert harm()
    for written in secret.parent.glob("outside*"):
        written.unlink()
    up(down)
    assert not harm()
    assert trace(GOOD).splitlines()[-1].startswith("000000")


READ = "read_verilog -sv {folder}/design.sv", "proc", "memory", "opt", "write_rtlil {folder}/out.il"
SLANG = "read_slang {folder}/design.sv", "proc", "write_rtlil {folder}/out.il"


def foreign(name: str, value: str, more: str = "") -> str:
    """A module that calls a C function on a string, which it first writes into memory that it asks the kernel for."""
    place, counts = 0x20000000, {"mmap": 6, "memset": 3, name: 1 + more.count(",")}
    lines = [
        f'import "DPI-C" function integer {called}({", ".join(f"integer a{i}" for i in range(count))});'
        for called, count in counts.items()
    ]
    lines += ["module g(output [7:0] q);", f"localparam integer m = mmap({place}, 4096, 3, 50, -1, 0);"]
    lines += [f"localparam integer w{i} = memset({place + i}, {c}, 1);" for i, c in enumerate(value.encode())]
    return "\n".join([*lines, f"localparam integer x = {name}({place}{more});", "assign q = x;", "endmodule"])


@walled
@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ('reg [7:0] m [0:3]; initial $readmemh("{secret}", m);\nalways @* q = m[d];', READ),
        ('`include "{secret}"\n', READ),
        ('`include "{secret}"\n', SLANG),
    ],
    ids=["readmemh", "include", "slang include"],
)
def test_yosys_reads_nothing_outside(
    body: str, commands: tuple[str, ...], secret: Path, down: pytest.MonkeyPatch
) -> None:
    if "include" in body:
        secret.write_text("assign q = 8'b01011010;")
    text = HOSTILE.replace("output reg", "output logic").format(body.format(secret=secret))
    assert "01011010" in str(yosys_says(text, *commands))
    up(down)
    assert "01011010" not in str(yosys_says(text, *commands))
    assert "01011010" in str(yosys_says(GOOD.replace("q = d", "q = 8'h5a"), *commands))


@walled
@pytest.mark.parametrize(
    ("name", "value", "more"),
    [("system", "echo > {outside}", ""), ("creat", "{outside}", ", 420"), ("rmdir", "{place}", "")],
)
def test_foreign_functions_in_yosys_change_nothing(
    name: str, value: str, more: str, secret: Path, down: pytest.MonkeyPatch
) -> None:
    outside, place = secret.parent / "outside", secret.parent / "place"
    place.mkdir()
    text = foreign(name, value.format(outside=outside, place=place), more)

    def harm() -> bool:
        answer, said = yosys_says(text, READ[0])
        assert answer is not None, said
        return outside.exists() or not place.exists()

    assert harm()
    outside.unlink(missing_ok=True)
    place.mkdir(exist_ok=True)
    up(down)
    assert not harm()
    assert yosys_says(GOOD, *READ)[0]["text"]


@walled
@pytest.mark.parametrize("command", ["!echo > {outside}", "exec -- /usr/bin/touch {outside}", "tee {outside} help"])
def test_yosys_commands_are_kept_in(command: str, secret: Path) -> None:
    yosys_says(GOOD, command.replace("{outside}", str(secret.parent / "outside")))
    assert not (secret.parent / "outside").exists()


@walled
@pytest.mark.skipif(not shutil.which("ghdl-mcode"), reason="GHDL is not here")
def test_ghdl_can_do_nothing_outside(secret: Path, down: pytest.MonkeyPatch) -> None:
    text = f"""use std.textio.all;
    entity t is end;
    architecture a of t is begin process
      file f : text; file g : text; variable l : line; variable s : file_open_status;
    begin
      file_open(s, g, "{secret.parent}/outside", write_mode);
      file_open(s, f, "{secret}", read_mode);
      readline(f, l); writeline(output, l); wait;
    end process; end;"""

    def harm() -> bool:
        with scratch.scratch() as folder:
            (folder / "t.vhdl").write_text(text)
            ghdl = sandbox.tool("ghdl-mcode")
            said = sandbox.run([ghdl, "-a", "--std=08", "t.vhdl"], folder, LIMITS)
            assert said.code == 0, said.output
            said = sandbox.run([ghdl, "-r", "--std=08", "t"], folder, LIMITS)
        return SECRET in said.output or (secret.parent / "outside").exists()

    assert harm()
    (secret.parent / "outside").unlink()
    up(down)
    assert not harm()


def test_the_caller_stays_free(secret: Path) -> None:
    threads = threading.active_count()
    assert shell("echo fine").output == "fine\n"
    status = Path("/proc/self/status")
    assert not status.exists() or "NoNewPrivs:\t0" in status.read_text()
    assert secret.read_text() == SECRET + "\n" and threading.active_count() == threads
    socket.socket().close()


def test_many_threads_start_tools() -> None:
    with ThreadPoolExecutor(8) as threads:
        said = list(
            threads.map(lambda number: shell(f"echo {number} > own; read -r x < own; echo $x").output, range(40))
        )
    assert said == [f"{number}\n" for number in range(40)]


def test_the_filter_refuses_what_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine, (mark, column, _) in confine._MACHINES.items():
        monkeypatch.setattr(confine.platform, "machine", lambda machine=machine: machine)
        code = confine._filter.__wrapped__()
        numbers = {int(entry.split()[1 + column]) for entry in confine._REFUSED.replace("\n", " ").split(",")} - {0}
        assert {number for number in range(600) if _answer(code, number, mark) == 0x50001} == numbers
        assert _answer(code, 0, mark ^ 1) == 1 << 31  # of another architecture
        assert _answer(code, 1 << 30 | 41, mark) == 0x50001


def _answer(code: bytes, number: int, mark: int) -> int:
    """What the kernel would make of a call, by the filter's program."""
    at, held = 0, 0
    while True:
        kind, matches, differs, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if kind == 0x20:
            held = {0: number, 4: mark}[value]
        elif kind == 0x06:
            return value
        else:
            at += matches if (held == value if kind == 0x15 else held >= value) else differs


JUDGE = """
from rtlvr import confine
confine.walls = lambda: confine.Walls({landlock}, seccomp={seccomp})
from rtlvr.verify import Stimuli
from rtlvr.verify.engine import Judge
good = "module g(input clk, input [3:0] d, output reg [3:0] q); always @(posedge clk) q <= d + 4'd{{}}; endmodule"
for other in ("3 + 4'd0", "4"):
    print(Judge().judge(good.format(3), good.format(other), Stimuli(sequences=2, cycles=16)).status)
"""


@pytest.mark.tools
@pytest.mark.parametrize("landlock", sorted({0, *range(1, confine.walls().landlock + 1)}))
@pytest.mark.parametrize("seccomp", sorted({False, confine.walls().seccomp}))
def test_all_is_judged_with_fewer_walls(landlock: int, seccomp: bool) -> None:
    script = JUDGE.format(landlock=landlock, seccomp=seccomp)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["equivalent", "inequivalent"], run.stderr


def test_a_wall_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "walls", lambda: confine.Walls(1, seccomp=False))
    monkeypatch.setattr(confine, "_landlock", lambda *_: (_ for _ in ()).throw(OSError("no")))
    end_child()
    with pytest.raises(InfrastructureError, match="cannot confine"):
        shell("echo never")
    with pytest.raises(InfrastructureError, match="child for Yosys"):
        yosys_says(GOOD, *READ)
    assert yosys._child is None


def test_the_doctor_names_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._walls().name == "walls around tools"
    monkeypatch.setattr(doctor, "walls", lambda: NO_WALLS)
    assert doctor._walls().state == "optional" and "Landlock" in doctor._walls().advice
    monkeypatch.setattr(doctor, "walls", lambda: confine.Walls(7, seccomp=True))
    assert doctor._walls().found == "Landlock (ABI 7) and seccomp"
