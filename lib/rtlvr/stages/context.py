"""What a stage works with: its parameters and folder, the one verifier, its seeds, and its part among several processes."""

import os
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any

from rtlvr.data.roundtrip import stimuli_of
from rtlvr.pipeline import before
from rtlvr.policy.backends import Backend, backend_of, released
from rtlvr.schema import Profile
from rtlvr.seeds import Draw, seed_of
from rtlvr.stage import Result, Stage, open_stage
from rtlvr.stages.upstream import make_ready
from rtlvr.verify import Pool, Stimuli


class Context(Stage):
    """One stage of one run, at work. Make it with `open_context`."""

    @cached_property
    def verifier(self) -> Pool:
        """The verifier of data, reward and evaluation, in the profile's mode."""
        return Pool(self.workers, mode=self.params.verifier.mode)

    @cached_property
    def prover(self) -> Pool:
        """A verifier that proves where it can, whatever the profile's mode: for what must be known for sure."""
        return self.verifier if self.params.verifier.mode == "hybrid" else Pool(self.workers, mode="hybrid")

    @property
    def workers(self) -> int:
        """Verification processes of this process: the profile's, shared among the processes of this machine."""
        wanted = self.params.testbench.workers or os.cpu_count() or 1
        return max(1, wanted // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))

    @property
    def stimuli(self) -> Stimuli:
        """Size and seed of the testbench."""
        return stimuli_of(self.params)

    def seed(self, draw: Draw) -> int:
        """The seed of what is sampled."""
        return seed_of(draw, self.params.seed)

    def backend(self, policy: str | Path) -> AbstractContextManager[Backend]:
        """Who answers with a policy outside a training step; behind `with`, what it took of memory is free again."""
        return released(backend_of(policy, self.params.generation))

    def part(self) -> Result:
        """What a process that is not the first of a distributed run can say of the stage: nothing yet."""
        return Result(self.name, self.folder, ())

    def close(self) -> None:
        """Stop the verification processes."""
        for name in ("verifier", "prover"):
            if name in self.__dict__:
                self.__dict__[name].close()


def open_context(name: str, params: Profile, own: Profile | None = None) -> Context:
    """A stage ready to work: its predecessors done (`upstream: run` does them), results of other parameters set aside.

    Args:
        own: the parameters of this stage, where they are not those of its predecessors.

    Raises:
        StageError: a predecessor is missing or stale and `upstream` is `check`, or running it failed.
    """
    if not main_process():
        wait_for_main_process()
        return open_stage(name, own or params, params, Context)
    if params.upstream == "run":
        make_ready(before(name, own or params), params)
    context = open_stage(name, own or params, params, Context)
    wait_for_main_process()
    return context


def main_process() -> bool:
    """Whether this process is alone, or the first of those that `accelerate launch` started."""
    return int(os.environ.get("RANK", "0")) == 0


def wait_for_main_process() -> None:
    """With several processes: go on when all are here. The first calls it when it is done with what it does alone."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        _state().wait_for_everyone()


def _state() -> Any:
    from datetime import timedelta

    import torch
    from accelerate import PartialState

    # Generating attempts may take hours, while the others wait.
    return PartialState(cpu=not torch.cuda.is_available(), timeout=timedelta(days=7))
