"""A design alone, in a worker: does it compile, and what do its outputs do under given inputs?

Nothing here knows of a golden. Use it through `Session`, which runs it in the pool's workers (`Pool.apply`): reading forks.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rtlvr.environment.steps import BadSteps, matrix
from rtlvr.errors import DesignError
from rtlvr.hdl.circuit import Circuit, fields
from rtlvr.verify.engine import Judge
from rtlvr.verify.simulate import simulate
from rtlvr.verify.structure import structure, trace_of

_Inputs = Callable[[Circuit], np.ndarray]


def compiled(judge: Judge, text: str) -> dict[str, Any]:
    """The fields of `CompileAnswer`. The design has been simulated for one step, so that its simulator takes it as well.

    Raises:
        DesignError, SimulationFailed: it cannot be read, compiled or simulated.
    """
    circuit, _ = _run(judge, text, lambda found: matrix(found, [{}])[0])
    return {
        "module": circuit.top,
        "inputs": {port.name: port.width for port in circuit.inputs},
        "outputs": {port.name: port.width for port in circuit.outputs},
        "clocks": [clock.name for clock in circuit.clocks],
        "registers": circuit.registers,
    }


def simulated(judge: Judge, text: str, steps: Sequence[Mapping[str, int | str]]) -> dict[str, Any]:
    """`steps`: the outputs after each step, or `problem`: what is wrong with the steps that were given.

    Raises:
        DesignError, SimulationFailed: as `compiled`.
    """
    rows = 1

    def inputs(circuit: Circuit) -> np.ndarray:
        nonlocal rows
        stimulus, rows = matrix(circuit, steps)
        return stimulus

    try:
        circuit, trace = _run(judge, text, inputs)
    except BadSteps as error:
        return {"problem": str(error)}
    return {"steps": [_outputs(circuit, row) for row in trace[rows - 1 :: rows]]}


def _run(judge: Judge, text: str, inputs: _Inputs) -> tuple[Circuit, np.ndarray]:
    """The circuit and its trace `(steps, output bits)`; from slang's netlist where Icarus refuses or misreads the text."""
    reading = judge.read(text)
    found = structure(reading, judge.limits)
    _check(found.circuit)
    stimulus = inputs(found.circuit)
    shown = trace_of(reading, found, stimulus, judge.limits)
    if shown is not None:
        return found.circuit, shown[1]
    found = structure(reading.model_copy(update={"slang": True}), judge.limits)
    stimulus = inputs(found.circuit)
    return found.circuit, simulate(found.netlist or "", found.circuit.top, found.circuit, stimulus, judge.limits)


def _check(circuit: Circuit) -> None:
    if any(port.direction == "inout" for port in circuit.ports):
        raise DesignError("it has an inout port; only inputs and outputs can be judged")
    if not circuit.outputs:
        raise DesignError("it has no output", "interface")


def _outputs(circuit: Circuit, row: np.ndarray) -> dict[str, str]:
    text = row.tobytes().decode()
    return {port.name: text[place] for port, place in fields(circuit.outputs)}
