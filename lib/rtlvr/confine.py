"""The second wall around tools that read hostile text: the kernel keeps them from other files, programs and the network.

The first wall is the screen in `rtlvr.hdl.source`. Where a text gets past it and a tool obeys, Linux refuses: Landlock
names the folders that a tool may read and the ones it may write, and a seccomp filter takes away the network, other
processes, mounts, kernel interfaces, and changes of mode, owner and time of files. Neither needs special rights.

What Landlock restricts is a thread and all that comes from it. So `start` starts each tool from a thread of its own, which
ends at once: the caller stays as it is, and a tool sees no folder but its own. A system without these walls is served
without them; `walls` says which ones stand.
"""

import ctypes
import errno
import os
import platform
import shutil
import struct
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from rtlvr import lifeline
from rtlvr.errors import InfrastructureError

Result = TypeVar("Result")

# Landlock's rights on files, by the bits of its interface.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
# No links, pipes, sockets and devices: we read a tool's files afterwards, and must not be led elsewhere or kept waiting.
_WRITE = _READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER
_NEWEST = 7  # the newest interface that this module knows
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}  # how many there are, by version of the interface
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NETWORK, _SCOPES = 0b11, 0b11  # bind and connect of TCP; abstract sockets and signals
_NO_NEW_PRIVILEGES = 38
_SHORTAGES = (errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE)

_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/nix/store")
_READABLE = ("/usr", "/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/urandom", "/dev/random", "/dev/zero")

# What the filter refuses: name, number on x86_64, number on aarch64 (0: there is none).
_REFUSED = """
socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, accept 43 202, accept4 288 242,
sendto 44 206, sendmsg 46 211, sendmmsg 307 269,
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440, pidfd_getfd 438 438,
kcmp 312 272,
mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, move_mount 429 429, open_tree 428 428, fsopen 430 430,
fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442, unshare 272 97, setns 308 268,
open_by_handle_at 304 265,
bpf 321 280, perf_event_open 298 241, userfaultfd 323 282, keyctl 250 219, add_key 248 217, request_key 249 218,
fanotify_init 300 262, io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427,
kexec_load 246 104, kexec_file_load 320 294, init_module 175 105, finit_module 313 273, delete_module 176 106,
reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89, quotactl 179 60, syslog 103 116, iopl 172 0, ioperm 173 0,
settimeofday 164 170, clock_settime 227 112, clock_adjtime 305 266, adjtimex 159 171, sethostname 170 161,
setdomainname 171 162,
chmod 90 0, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 0, fchown 93 55, lchown 94 0, fchownat 260 54,
setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16,
utime 132 0, utimes 235 0, futimesat 261 0, utimensat 280 88
"""
# Per machine: the kernel's mark of its architecture, the column in the table above, the number of `seccomp` itself.
_MACHINES = {"x86_64": (0xC000003E, 0, 317), "aarch64": (0xC00000B7, 1, 277)}


class _Program(ctypes.Structure):
    """A filter as the kernel wants it."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


@dataclass(frozen=True)
class Walls:
    """Which walls stand: the version of Landlock's interface (0: none), and whether there is a seccomp filter."""

    landlock: int
    seccomp: bool


@dataclass(frozen=True)
class _Room:
    """What a confined thread may touch beyond the system's libraries."""

    writable: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    runnable: tuple[Path, ...] = ()


@cache
def walls() -> Walls:
    """The walls of this system, found by putting them up around a thread that ends at once.

    Raises:
        InfrastructureError: the system is short of memory, threads or descriptors.
    """
    if not sys.platform.startswith("linux"):
        return Walls(0, seccomp=False)

    def stand(build: Callable[[], None]) -> bool:
        try:
            _in_thread(build)
        except (OSError, AttributeError) as error:
            if getattr(error, "errno", None) in _SHORTAGES:  # says nothing of the system
                raise InfrastructureError(f"cannot find out how to confine tools: {error}") from error
            return False
        return True

    version = max(0, min(_NEWEST, _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))
    if version and not stand(lambda: _landlock(version, _Room())):
        version = 0
    return Walls(version, platform.machine() in _MACHINES and stand(_seccomp))


def start(command: Sequence[str], *, program: str, writable: Sequence[Path], **options: Any) -> subprocess.Popen[Any]:
    """Start `command` so that it reads only what `program` needs and `writable`, and writes only in `writable`.

    `options` go to `subprocess.Popen`. Waiting for the process is the caller's affair, who is not confined. It ends with us.

    Raises:
        OSError: the process cannot be started.
        InfrastructureError: a wall that this system has cannot be put up.
    """
    if walls() == Walls(0, seccomp=False):
        return lifeline.start(command, **options)
    readable, runnable = _homes(program)
    room = _Room(tuple(writable), readable, runnable)

    def launch(*arguments: Any, **given: Any) -> subprocess.Popen[Any]:
        _restrict(room)
        return subprocess.Popen(*arguments, **given)

    return lifeline.start(command, popen=lambda *a, **given: _in_thread(partial(launch, *a, **given)), **options)


def confine(writable: Sequence[Path], readable: Sequence[Path] = ()) -> Walls:
    """Confine the calling thread for good: it reads libraries, Python and `readable`, and writes only in `writable`.

    It can start no program. Other threads stay as they are, so call it where there are none. Returns what now stands.

    Raises:
        InfrastructureError: a wall that this system has cannot be put up.
    """
    if walls() != Walls(0, seccomp=False):
        _restrict(_Room(tuple(writable), (*_python(), *readable)))
    return walls()


def _restrict(room: _Room) -> None:
    try:
        if walls().landlock:
            _landlock(walls().landlock, room)
        if walls().seccomp:
            _seccomp()
    except OSError as error:
        raise InfrastructureError(f"cannot confine a tool: {error}") from error


def _in_thread(work: Callable[[], Result]) -> Result:
    """What `work` gives or raises, done in a thread that then ends."""
    done: Future[Result] = Future()

    def act() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  (the caller raises it)
            done.set_exception(error)

    thread = threading.Thread(target=act, name="confined", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error
    thread.join()
    return done.result()


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _landlock(version: int, room: _Room) -> None:
    """Restrict the calling thread to `room`."""
    rights = (1 << _FILE_RIGHTS[version]) - 1
    numbers = (rights, *([_NETWORK] if version >= 4 else []), *([_SCOPES] if version >= 6 else []))
    wanted = struct.pack(f"={len(numbers)}Q", *numbers)
    ruleset = _checked(_libc().syscall(_CREATE_RULESET, wanted, ctypes.c_size_t(len(wanted)), 0))
    try:
        for path, access in (*_system(), *_rules(room)):
            _allow(ruleset, path, access & rights)
        _checked(_libc().prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3))
        _checked(_libc().syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _rules(room: _Room) -> tuple[tuple[Path, int], ...]:
    return (
        *((path, _READ) for path in room.readable),
        *((path, _RUN) for path in room.runnable),
        *((path, _WRITE) for path in room.writable),
    )


def _allow(ruleset: int, path: Path, access: int) -> None:
    """Add a rule; a path that is not there, or that we may not see ourselves, needs none."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    try:
        rule = struct.pack("=Qi", access, descriptor)
        if _libc().syscall(_ADD_RULE, ruleset, 1, rule, 0) < 0:  # a file knows fewer rights than a folder
            if ctypes.get_errno() != errno.EINVAL:
                _checked(-1)
            _checked(_libc().syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access & _ON_FILES, descriptor), 0))
    finally:
        os.close(descriptor)


def _seccomp() -> None:
    """Put the filter on the calling thread."""
    code = _filter()
    program = _Program(len(code) // 8, code)
    _checked(_libc().prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3))
    # The flag (4) leaves the processor's speculation as it is: switching it off makes tools slower.
    _checked(_libc().syscall(_MACHINES[platform.machine()][2], 1, 4, ctypes.byref(program)))


@cache
def _filter() -> bytes:
    """The filter's program: another architecture ends the process, a refused call fails with EPERM.

    It looks a call's number up by halving, since the kernel walks through it for every number when it is put up.
    """
    mark, column, _ = _MACHINES[platform.machine()]
    numbers = {int(entry.split()[1 + column]) for entry in _REFUSED.replace("\n", " ").split(",")} - {0}
    allow, refuse, end = 0x7FFF0000, 0x00050000 | errno.EPERM, 1 << 31
    answers = {0: allow, 1 << 30: refuse}  # by the number from which each holds; from 2**30 on are the calls of x32
    answers |= {number: refuse for number in numbers if number - 1 not in numbers}
    answers |= {number + 1: allow for number in numbers if number + 1 not in numbers}
    load, equal, answer = 0x20, 0x15, 0x06
    steps = [
        (load, 0, 0, 4),
        (equal, 1, 0, mark),
        (answer, 0, 0, end),
        (load, 0, 0, 0),
        *_halved(sorted(answers.items())),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _halved(answers: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Steps that answer with the last entry whose number is not above the call's."""
    if len(answers) == 1:
        return [(0x06, 0, 0, answers[0][1])]
    middle = len(answers) // 2
    below, above = _halved(answers[:middle]), _halved(answers[middle:])
    return [(0x35, len(below), 0, answers[middle][0]), *below, *above]


@cache
def _system() -> tuple[tuple[Path, int], ...]:
    """What every tool may touch: libraries, and a few files and devices that say nothing of this machine."""
    return (
        *((path, _RUN) for path in _known(_LIBRARIES)),
        *((path, _READ) for path in _known(_READABLE)),
        (Path("/dev/null"), _READ_FILE | _WRITE_FILE | _TRUNCATE),
    )


@cache
def _homes(program: str) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The folders that a program needs: those it reads, and those (or files) it runs.

    A program may lie anywhere (conda, Homebrew, a suite in somebody's home), with libraries and helpers beside `bin`.
    """
    found = shutil.which(program)
    if found is None:
        return (), _known(["/bin/sh"])
    readable: list[Path] = []
    runnable = [Path("/bin/sh"), Path(found)]
    for path in (Path(found).absolute(), Path(found).resolve()):
        home = path.parent
        readable += [home, home.with_name(f"{home.name}.libs")]
        runnable += [home.parent / name for name in ("lib", "lib64", "libexec")]
    with suppress(OSError), Path(found).open("rb") as file:
        if file.read(2) == b"#!":  # a script that finds its program with others
            runnable += [Path("/bin"), Path("/usr/bin"), Path(found).parent]
    runnable, system = list(_known(runnable)), {path for path, _ in _system()}
    return tuple(p for p in _known(readable) if p not in system), tuple(p for p in runnable if p not in system)


@cache
def _python() -> tuple[Path, ...]:
    """Where Python's library and packages are, so that a confined Python can still import."""
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    return _known([*paths, *(Path(prefix) / name for prefix in sorted(prefixes) for name in ("lib", "lib64"))])


def _known(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The paths that exist, without links and without repetition."""
    return tuple(dict.fromkeys(Path(path).resolve() for path in paths if Path(path).exists()))
