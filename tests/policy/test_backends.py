"""Backends: the kit's small base under transformers, killed half-way; vLLM where it is installed."""

import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from rtlvr.errors import ParameterError
from rtlvr.evaluate.answering import Asking, ask
from rtlvr.evaluate.answers import BenchmarkAnswer
from rtlvr.evaluate.heldout import attempt
from rtlvr.evaluate.scores import score
from rtlvr.evaluate.suite import Designs
from rtlvr.evaluate.task import Task
from rtlvr.llm.transcript import Reply, Request
from rtlvr.params import load
from rtlvr.paths import TINY_POLICY
from rtlvr.policy import backends
from rtlvr.policy.backends import Asked, Transformers, backend_of, fingerprint, released
from rtlvr.policy.generate import Sampling
from rtlvr.records import Problem
from rtlvr.schema import Generation
from rtlvr.verify import Pool, Stimuli

TASKS = [
    Task(id=f"t{i}", benchmark="b", style="rtllm", prompt=text, top="m", header="", testbench="", reference="")
    for i, text in enumerate(("an adder", "a counter with a reset", "a multiplexer"))
]
ASKING = Asking(samples=3, temperature=1.0, top_p=0.9, max_tokens=12, seed=5)


def generation(**changes: object) -> Generation:
    return load("cpu", {f"generation.{name}": value for name, value in changes.items()}).generation


@pytest.fixture(scope="module")
def tiny() -> Transformers:
    return backend_of(TINY_POLICY, generation())


class Dying:
    """A backend that dies after so many replies."""

    def __init__(self, backend: Transformers, left: int) -> None:
        self.model, self._backend, self._left, self.asked = backend.model, backend, left, 0

    def replies(self, asked: Asked) -> Iterator[Reply]:
        self.asked = len(asked)
        for count, reply in enumerate(self._backend.replies(asked)):
            if count == self._left:
                raise KeyboardInterrupt
            yield reply


def rows(answers: Sequence[BenchmarkAnswer]) -> list[tuple[str, str, int, bool]]:
    return [(a.task_id, a.response, a.tokens, a.truncated) for a in answers]


def test_samples_do_not_depend_on_their_company(
    tiny: Transformers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = ask(TASKS, ASKING, tiny, tmp_path / "together.jsonl")
    monkeypatch.setattr(backends, "_CPU_BATCH", 2)
    alone = ask(TASKS, ASKING, tiny, tmp_path / "alone.jsonl")
    assert rows(together) == rows(alone)
    assert [row.task_id for row in together] == ["t0"] * 3 + ["t1"] * 3 + ["t2"] * 3
    assert all(0 < row.tokens <= 12 for row in together)
    assert len({row.response for row in together[:3]}) > 1, "three seeds, one answer"


def test_a_kill_loses_nothing_that_was_given(tiny: Transformers, tmp_path: Path) -> None:
    out, dying = tmp_path / "samples.jsonl", Dying(tiny, 4)
    with pytest.raises(KeyboardInterrupt):
        ask(TASKS, ASKING, dying, out)
    assert not out.exists()
    again = Dying(tiny, 100)
    resumed = ask(TASKS, ASKING, again, out)
    assert (dying.asked, again.asked) == (9, 5)
    assert rows(resumed) == rows(ask(TASKS, ASKING, tiny, tmp_path / "unbroken.jsonl"))


def test_greedy_and_cut(tiny: Transformers, tmp_path: Path) -> None:
    greedy = ask(TASKS[:1], Asking(samples=2, max_tokens=3), tiny, tmp_path / "greedy.jsonl")
    assert greedy[0].response == greedy[1].response
    assert all(row.truncated and row.tokens == 3 for row in greedy)


def test_new_weights_are_not_taken_for_old_ones(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (tmp_path / "model.safetensors").write_bytes(b"other")
    assert fingerprint(tmp_path) != before
    assert fingerprint("Qwen/Qwen2.5-Coder-7B-Instruct") == "Qwen/Qwen2.5-Coder-7B-Instruct"


def test_an_endpoint_needs_its_url() -> None:
    with pytest.raises(ParameterError, match="base-url"):
        backend_of("model", generation(backend="endpoint"))


def test_vllm_that_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ParameterError, match=r"\[gpu\]"):
        backend_of(TINY_POLICY, generation(backend="vllm"))


def test_vllm_takes_what_we_give_it(tmp_path: Path) -> None:
    vllm = pytest.importorskip("vllm")
    assert {"messages", "sampling_params", "use_tqdm"} <= set(inspect.signature(vllm.LLM.chat).parameters)
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("vLLM is here, a GPU is not")
    answers = ask(TASKS, ASKING, backend_of(TINY_POLICY, generation(backend="vllm")), tmp_path / "samples.jsonl")
    assert len(answers) == 9
    assert all(0 < row.tokens <= 12 for row in answers)


LONG = TASKS[0].model_copy(update={"id": "long", "prompt": "an adder " * 3000})


def refused(answers: Sequence[BenchmarkAnswer]) -> dict[str, bool]:
    return {row.task_id: row.too_long.startswith("the prompt is longer than the model reads: got ") for row in answers}


def test_a_prompt_that_is_too_long_is_a_failed_answer(tiny: Transformers, tmp_path: Path) -> None:
    short = ask(TASKS, ASKING, tiny, tmp_path / "short.jsonl")
    answers = ask([*TASKS, LONG], ASKING, tiny, tmp_path / "all.jsonl")
    assert refused(answers) == {"t0": False, "t1": False, "t2": False, "long": True}
    assert rows(answers[:9]) == rows(short)
    assert "allowed: less than 2048" in answers[-1].too_long and not answers[-1].response
    scored = score([(LONG, answer) for answer in answers[-3:]])
    assert [(row.passed, row.kind, row.reason) for row in scored] == [(False, "empty", answers[-1].too_long)] * 3
    designs = Designs([Problem(id="long", category="", prompt=LONG.prompt, golden="")], Pool(1), Stimuli())
    [sample] = attempt(tiny, designs, Sampling(4))
    assert (sample.reward, sample.status) == (0, "format") and sample.reason.startswith("the prompt is longer")


class Engine:
    """Stands for `vllm.LLM` where vLLM is not installed: as that does, it refuses all where one prompt is too long."""

    def __init__(self, **_: object) -> None:
        self.llm_engine = SimpleNamespace(model_config=SimpleNamespace(max_model_len=256))

    def chat(self, messages: list[list[dict[str, str]]], _: object, use_tqdm: bool) -> list[SimpleNamespace]:
        if any(len(chat[-1]["content"].split()) >= 256 for chat in messages):
            raise ValueError("The decoder prompt is longer than the maximum model length of 256.")
        best = SimpleNamespace(text="module m; endmodule", token_ids=[1, 2], finish_reason="stop")
        return [SimpleNamespace(outputs=[best], prompt_token_ids=[1]) for _ in messages]


def test_vllm_is_not_asked_what_it_would_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", SimpleNamespace(LLM=Engine, SamplingParams=dict))
    backend = backend_of(TINY_POLICY, generation(backend="vllm"))
    answers = ask([LONG, *TASKS], ASKING, backend, tmp_path / "samples.jsonl")
    assert refused(answers) == {"long": True, "t0": False, "t1": False, "t2": False}
    assert {row.response for row in answers[3:]} == {"module m; endmodule"}


def test_a_request_is_put_as_messages() -> None:
    request = Request(model="m", system="", user="an adder", temperature=0, max_tokens=1, seed=0)
    assert request.messages == [{"role": "user", "content": "an adder"}]
    with_system = request.model_copy(update={"system": "be brief"})
    assert [message["role"] for message in with_system.messages] == ["system", "user"]


def test_a_model_is_loaded_when_it_is_asked_and_then_let_go(tmp_path: Path) -> None:
    with released(backend_of(TINY_POLICY, generation())) as backend:
        assert "_loaded" not in backend.__dict__
        ask(TASKS[:1], ASKING, backend, tmp_path / "once.jsonl")
        assert "_loaded" in backend.__dict__
    assert "_loaded" not in backend.__dict__
