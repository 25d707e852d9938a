"""The worker process: `python -m rtlvr.verify.worker READ WRITE` judges requests from one pipe and answers on another.

It imports no model library, talks on its own two descriptors (tools may print what they like on the standard ones), and
holds no state worth keeping: the pool kills and replaces it at will.
"""

import json
import os
import signal
import sys
from importlib import import_module

from rtlvr.errors import DesignError, InfrastructureError
from rtlvr.hdl.rewrite import resynthesise
from rtlvr.verify.channel import WorkerAnswer, WorkerRequest
from rtlvr.verify.engine import Judge
from rtlvr.verify.netlist import preload
from rtlvr.verify.simulate import SimulationFailed
from rtlvr.verify.verdict import Limits, Stimuli


def serve(read: int, write: int) -> None:
    """Answer requests, one JSON line each, until the pipe closes."""
    preload()  # Yosys and its library, before the first fork, so that no child pays for it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a worker ends
    judges: dict[Limits, Judge] = {}
    with os.fdopen(read, "r", encoding="utf-8") as requests, os.fdopen(write, "w", encoding="utf-8") as answers:
        for line in requests:
            request: WorkerRequest = json.loads(line)
            limits = Limits.model_validate(request["limits"])
            answers.write(json.dumps(answer(judges.setdefault(limits, Judge(limits)), request)) + "\n")
            answers.flush()


def answer(judge: Judge, request: WorkerRequest) -> WorkerAnswer:
    """Judge one request; exceptions become data, to be raised again by the pool."""
    try:
        golden, top, task = request["golden"], request["golden_top"], request["task"]
        if task == "read":
            return {"reading": judge.read(golden, top).model_dump()}
        if task == "resynthesise":
            return {"code": resynthesise(golden, top, request["recipe"], judge.asks_slang(golden, top))}
        if task == "apply":
            module, _, name = request["work"].partition(":")
            return {"result": getattr(import_module(module), name)(judge, golden, *request["arguments"])}
        stimuli = Stimuli.model_validate(request["stimuli"])
        if task == "inspect":
            return {"circuit": judge.prepare(golden, stimuli, top).circuit.model_dump()}
        if task == "unknown":
            return {"outputs": list(judge.unknown_outputs(golden, stimuli, top))}
        verdict = judge.judge(golden, request["candidate"], stimuli, top, request["candidate_top"], request["mode"])
        return {"verdict": verdict.model_dump()}
    except (DesignError, SimulationFailed) as error:
        return {"design_error": str(error), "cause": error.cause}
    except (InfrastructureError, OSError, MemoryError) as error:
        return {"infrastructure_error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
