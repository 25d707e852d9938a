"""`rtlvr serve`."""

import argparse

from rtlvr.command import Command, count, existing_file, positive


def declare_serve(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr serve`."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="another than loopback needs a token (default: %(default)s)"
    )
    parser.add_argument("--port", type=count, default=8077, help="0: any that is free (default: %(default)s)")
    parser.add_argument("--jobs", type=count, default=0, help="worker processes; 0: one per core")
    parser.add_argument(
        "--capacity", type=positive, default=256, help="checks that may wait or be under way (default: %(default)s)"
    )
    parser.add_argument(
        "--deadline", type=positive, default=600, help="seconds that a check may take at most (default: %(default)s)"
    )
    parser.add_argument(
        "--grace", type=count, default=30, help="seconds for checks under way at a stop (default: %(default)s)"
    )
    parser.add_argument("--most-body", type=positive, default=64, help="MiB of a request's body (default: %(default)s)")
    parser.add_argument("--token-file", type=existing_file, help="its first line is the token; else RTLVR_TOKEN has it")


def declare_serve_load(parser: argparse.ArgumentParser) -> None:
    """The arguments of `rtlvr serve-load`."""
    parser.add_argument("--checks", type=positive, default=320, help="per round (default: %(default)s)")
    parser.add_argument("--rounds", type=positive, default=3, help="with the server (default: %(default)s)")
    parser.add_argument("--clients", type=positive, default=8, help="requests at once (default: %(default)s)")
    parser.add_argument("--jobs", type=positive, default=2, help="workers (default: %(default)s)")
    parser.add_argument("--share", type=count, default=20, help="one in so many is hostile; 0: none (default: 20)")


SERVE = Command(
    "serve",
    "give verdicts over HTTP",
    declare_serve,
    "rtlvr.serve.server:run_serve",
    "POST /verify, /verify_many, /check; GET /health, /metrics. docs/serve.md says more.",
    needs=("serve",),
)

SERVE_LOAD = Command(
    "serve-load",
    "what the service costs beside the pool, on this machine",
    declare_serve_load,
    "rtlvr.serve.load:run_serve_load",
    needs=("serve",),
)
