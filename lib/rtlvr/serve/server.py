"""`rtlvr serve`: the server's process, from its first breath to a graceful end.

On SIGTERM or SIGINT nobody is let in any more (503), those that wait are refused, those under way have `--grace` seconds.
Then the last line says how many requests came and how many were answered. A second signal ends it at once.
"""

import argparse
import asyncio
import ipaddress
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from rtlvr.errors import ParameterError
from rtlvr.serve.app import Service, application
from rtlvr.serve.desk import Desk
from rtlvr.verify import Pool
from rtlvr.verify.protocol import Bench

_LINGER = 0.3  # seconds in which clients with an open connection still hear that the server stops


@dataclass(frozen=True)
class Settings:
    """What `rtlvr serve` was told; times in seconds, `most_body` in bytes."""

    host: str
    port: int
    jobs: int
    capacity: int
    deadline: float
    grace: float
    most_body: int
    token: str | None


def run_serve(options: argparse.Namespace) -> int:
    """Serve until a signal comes."""
    settings = Settings(
        host=options.host,
        port=options.port,
        jobs=options.jobs or os.cpu_count() or 1,
        capacity=options.capacity,
        deadline=options.deadline,
        grace=options.grace,
        most_body=options.most_body << 20,
        token=token_of(options.token_file),
    )
    check_open(settings.host, settings.token)
    pool = Pool(settings.jobs, mode="hybrid")
    left = asyncio.run(serve(settings, pool))
    pool.close()
    if left:  # threads that wait for checks which nobody wants any more would hold the process
        sys.stdout.flush()
        os._exit(0)
    return 0


def token_of(path: Path | None) -> str | None:
    """The token: the file's first line, else the variable RTLVR_TOKEN, else none.

    Raises:
        ParameterError: the file holds none.
    """
    if path is None:
        return os.environ.get("RTLVR_TOKEN") or None
    token = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    if not token:
        raise ParameterError(f"got an empty --token-file {path}; write a token into it")
    return token


def check_open(host: str, token: str | None) -> None:
    """Raises ParameterError where others than this machine could ask without a token."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and token is None:
        raise ParameterError(
            f"got --host {host} without a token; set RTLVR_TOKEN or give --token-file, or serve 127.0.0.1 only"
        )


async def serve(settings: Settings, bench: Bench) -> int:
    """Serve until a signal has come and all are answered; returns the number of checks that are still under way."""
    desk = Desk(settings.jobs, settings.capacity, settings.deadline)
    service = Service(bench, desk)
    config = uvicorn.Config(
        application(service, settings.token, settings.most_body),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = _Server(config, desk, settings.grace)
    await server.serve()
    came, sent = service.metrics.traffic()
    print(f"rtlvr serve: stopped; {came} requests came, {sent} were answered", flush=True)
    return desk.running


class _Server(uvicorn.Server):
    """uvicorn, which on a signal empties the desk before it closes its socket."""

    def __init__(self, config: uvicorn.Config, desk: Desk, grace: float) -> None:
        super().__init__(config)
        self._desk, self._grace, self._ends = desk, grace, False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the socket, and say where."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            print(f"rtlvr serve: http://{host}:{port}, {self._desk.jobs} workers", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: stop well, or, the second time, at once."""
        if self._ends:
            self.force_exit = self.should_exit = True
            return
        self._ends = True
        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(self._drain()))

    async def _drain(self) -> None:
        await self._desk.stop(self._grace)
        await asyncio.sleep(_LINGER)
        self.should_exit = True
