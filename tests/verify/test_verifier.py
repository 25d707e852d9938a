"""One verifier, wherever its workers are: the protocol, and the one way to make them."""

import inspect
from collections.abc import Iterator

import pytest

from rtlvr.errors import DesignError, ParameterError
from rtlvr.verify import Limits, Pool, Stimuli, Verifier, make_verifier
from rtlvr.verify.cluster import RayPool
from rtlvr.verify.protocol import verdict_of

GATE = "module g(input a, input b, output y); assign y = a & b; endmodule\n"
WRONG = GATE.replace("&", "|")
METHODS = ("verify", "verify_many", "begin", "map", "close")


@pytest.fixture(scope="module", params=["local", "ray"])
def verifier(request: pytest.FixtureRequest) -> Iterator[Verifier]:
    if request.param == "ray":
        ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
        ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False, ignore_reinit_error=True)
    made = make_verifier("hybrid", 1, request.param, Limits(cpu_seconds=9))
    yield made
    made.close()


@pytest.mark.parametrize("kind", [Pool, RayPool])
def test_both_have_what_the_protocol_asks_for(kind: type) -> None:
    for name in METHODS:
        asked, had = (inspect.signature(getattr(one, name)) for one in (Verifier, kind))
        assert list(asked.parameters.values()) == list(had.parameters.values()), name
        assert inspect.getdoc(getattr(kind, name)) and inspect.getdoc(getattr(Verifier, name)), name


@pytest.mark.long
@pytest.mark.tools
def test_both_judge_alike(verifier: Verifier) -> None:
    assert (verifier.mode, verifier.jobs, verifier.limits.cpu_seconds) == ("hybrid", 1, 9)
    stimuli = Stimuli(sequences=2, cycles=16)
    right = GATE.replace("a & b", "b & a")
    verifier.begin(GATE, WRONG, stimuli)
    found = list(verifier.verify_many([(GATE, right), (GATE, WRONG), (GATE, "module g(")], stimuli))
    assert [v.cause for v in found] == [None, "counterexample", "syntax"] and found[0].proved
    assert verifier.verify(GATE, WRONG, stimuli, "g", "g", "testbench").method == "testbench"
    assert list(verifier.map(lambda text: verifier.verify(GATE, text, stimuli).equivalent, [right, WRONG])) == [
        True,
        False,
    ]


@pytest.mark.tools
def test_a_golden_that_cannot_be_judged(verifier: Verifier) -> None:
    with pytest.raises(DesignError) as caught:
        verifier.verify("module g(", GATE, Stimuli())
    assert caught.value.cause == "unread_golden"
    with pytest.raises(DesignError):
        list(verifier.verify_many([("module g(", GATE)], Stimuli()))
    verdict = verdict_of(verifier, ("module g(", GATE, None, None))
    assert (verdict.status, verdict.cause) == ("undecided", "unread_golden")


def test_unknown_modes_and_places_are_refused() -> None:
    with pytest.raises(ParameterError, match="hybrid, testbench, formal"):
        make_verifier("fast")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="local, ray"):
        make_verifier(on="moon")  # type: ignore[arg-type]
