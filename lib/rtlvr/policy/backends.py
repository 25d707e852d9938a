"""Where answers come from: a model under transformers, one under vLLM in this process, or an OpenAI-compatible endpoint.

Every request carries its own seed, so that its answer does not depend on what else is asked (on GPUs: up to the order of
floating-point sums). Replies come as they are ready, in any order. A prompt that is longer than the model reads gets a reply
that says so, and the others are answered.
"""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from rtlvr.errors import ParameterError
from rtlvr.llm.endpoint import EndpointChat
from rtlvr.llm.transcript import Chat, Reply, Request
from rtlvr.paths import model_path
from rtlvr.schema import Generation

if TYPE_CHECKING:  # slow to import, and only one of them is needed
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_CPU_BATCH, _GPU_BATCH, _VLLM_BATCH = 64, 256, 1024  # answers that a kill may lose
_ENDPOINT_SECONDS = 1800  # a whole reply of 16384 tokens from a slow service
Asked = Sequence[tuple[Request, str]]
Dtype = Literal["auto", "float32", "bfloat16"]


class Backend(Protocol):
    """Answers requests; `model` names what answers, its weights included."""

    model: str

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """A reply to each (request, what it is about); all requests have the same sampling parameters.

        Raises:
            InfrastructureError: there is none, for a reason that has nothing to do with the question.
        """
        ...


class Endpoint:
    """A service that has `model`, asked by `concurrency` threads."""

    def __init__(self, chat: Chat, model: str, concurrency: int = 8) -> None:
        self.model, self._chat, self._concurrency = model, chat, concurrency

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """See `Backend`."""
        with ThreadPoolExecutor(self._concurrency, "ask") as threads:
            futures = [threads.submit(self._chat.ask, request, about) for request, about in asked]
            try:
                yield from _successes(futures)
            finally:
                threads.shutdown(cancel_futures=True)


class Loaded:
    """A model in memory, sampled by `rtlvr.policy.generate`; `name` says what its weights are."""

    def __init__(self, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", name: str = "") -> None:
        self.model, self._model, self._tokenizer = name, model, tokenizer

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """See `Backend`."""
        from rtlvr.policy.generate import Sampling, decode, in_batches, stop_ids

        if not asked:
            return
        longest = getattr(self._model.config, "max_position_embeddings", None)
        asked, ids, refused = _readable(asked, self._tokenizer, longest)
        yield from refused
        if not asked:
            return
        stops, request = stop_ids(self._model, self._tokenizer), asked[0][0]
        sampling = Sampling(request.max_tokens, request.temperature, request.top_p)
        most = _CPU_BATCH if self._model.device.type == "cpu" else _GPU_BATCH
        found = in_batches(self._model, ids, sampling, stops, [r.luck for r, _ in asked], most)
        for (asked_for, about), prompt, completion in zip(asked, ids, found, strict=True):
            [text] = decode(self._tokenizer, [completion.ids])
            cut = completion.ids[-1] not in stops
            yield _reply(asked_for, about, text, len(prompt), len(completion.ids), cut)


class Transformers:
    """A policy under transformers, loaded when it is asked first.

    Args:
        name: a policy's name, see `rtlvr.policy.model.location`.
        dtype: `auto` is bfloat16 on a GPU and float32 on a CPU.
    """

    def __init__(self, name: str | Path, dtype: Dtype = "auto") -> None:
        self.model, self._name, self._dtype = fingerprint(name), name, dtype

    @cached_property
    def _loaded(self) -> Loaded:
        import torch

        from rtlvr.policy.model import load_policy, load_tokenizer

        fast = self._dtype == "bfloat16" or (self._dtype == "auto" and torch.cuda.is_available())
        return Loaded(load_policy(self._name, bf16=fast), load_tokenizer(self._name), self.model)

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """See `Backend`."""
        yield from self._loaded.replies(asked) if asked else ()


class Vllm:
    """A policy in this process under vLLM (extra `gpu`), which must be installed; loaded when it is asked first.

    Args:
        name: a policy's name, see `rtlvr.policy.model.location`.
        settings: arguments of `vllm.LLM`, such as `max_model_len` or `tensor_parallel_size`.

    Raises:
        ParameterError: vLLM is not installed.
    """

    def __init__(self, name: str | Path, **settings: object) -> None:
        try:
            import vllm
        except ImportError as error:
            raise ParameterError(f"got backend vllm, which is not here ({error}); install the extra [gpu]") from error
        self.model, self._name, self._vllm, self._settings = fingerprint(name), str(name), vllm, settings

    @cached_property
    def _engine(self) -> Any:
        from rtlvr.policy.model import location

        _free_gpu()  # vLLM takes most of what it finds free
        folder, more = location(self._name)
        return self._vllm.LLM(model=str(Path(folder, *more.values())), **self._settings)

    @cached_property
    def _tokenizer(self) -> "PreTrainedTokenizerBase":
        from rtlvr.policy.model import load_tokenizer

        return load_tokenizer(self._name)

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """See `Backend`."""
        if not asked:
            return
        longest = self._engine.llm_engine.model_config.max_model_len  # vLLM refuses all requests where one is longer
        asked, _, refused = _readable(asked, self._tokenizer, longest)
        yield from refused
        for part in _parts(asked, _VLLM_BATCH):
            params = [
                self._vllm.SamplingParams(
                    temperature=request.temperature,
                    top_p=request.top_p,
                    max_tokens=request.max_tokens,
                    seed=int(request.luck[:8], 16),
                )
                for request, _ in part
            ]
            outputs = self._engine.chat([request.messages for request, _ in part], params, use_tqdm=False)
            for (request, about), output in zip(part, outputs, strict=True):
                best, prompt = output.outputs[0], len(output.prompt_token_ids or ())
                yield _reply(request, about, best.text, prompt, len(best.token_ids), best.finish_reason == "length")


def backend_of(name: str | Path, settings: Generation) -> Backend:
    """The backend of the settings, with the model `name`.

    Raises:
        ParameterError: an endpoint without its URL or for a folder of weights, or vLLM that is not installed.
    """
    if settings.backend == "transformers":
        return Transformers(name, settings.dtype)
    if settings.backend == "vllm":
        return Vllm(name, **_vllm_arguments(settings))
    if not settings.base_url:
        raise ParameterError(
            "got an endpoint without its URL; give --base-url or generation.base_url, or another backend"
        )
    if Path(name).is_dir():
        raise ParameterError(f"got backend endpoint for the policy in {name}; allowed: transformers, vllm")
    threads = settings.concurrency
    chat = EndpointChat(settings.base_url, settings.api_key_env, seconds=_ENDPOINT_SECONDS, concurrency=threads)
    return Endpoint(chat, str(name), threads)


@contextmanager
def released(backend: Backend) -> Iterator[Backend]:
    """The backend; behind, the memory of a model that it has loaded is free again, for the next or for training."""
    try:
        yield backend
    finally:
        loaded = [name for name in ("_engine", "_loaded") if backend.__dict__.pop(name, None) is not None]
        if loaded:
            _free_gpu()


def _vllm_arguments(settings: Generation) -> dict[str, object]:
    length = {"max_model_len": settings.vllm_length} if settings.vllm_length else {}
    return {
        "gpu_memory_utilization": settings.vllm_memory,
        "tensor_parallel_size": settings.vllm_tensor_parallel,
        "enforce_eager": settings.vllm_eager,
        "dtype": settings.dtype,
        **length,
    }


def fingerprint(name: str | Path) -> str:
    """`name`; for files with a digest of their sizes and times, so that new weights are not taken for old ones."""
    folder = Path(model_path(str(name).removeprefix("gguf:")))
    found = [folder] if folder.is_file() else sorted(folder.glob("*"))
    files = [path for path in found if path.suffix in (".safetensors", ".bin", ".gguf")]
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return f"{folder.name}@{hashlib.sha256(repr(facts).encode()).hexdigest()[:12]}" if facts else str(name)


def _successes(futures: Sequence[Future[Reply]]) -> Iterator[Reply]:
    """Results as they come. After a failure no more are begun, those under way are still given, and then it is raised."""
    failure = None
    for future in as_completed(futures):
        if future.cancelled():
            continue
        error = future.exception()
        if error is None:
            yield future.result()
        elif failure is None:
            failure = error
            for other in futures:
                other.cancel()
    if failure is not None:
        raise failure


def _free_gpu() -> None:
    import torch

    gc.collect()
    torch.cuda.empty_cache()


def _parts(asked: Asked, size: int) -> Iterator[Asked]:
    return (asked[start : start + size] for start in range(0, len(asked), size))


def _readable(
    asked: Asked, tokenizer: "PreTrainedTokenizerBase", longest: int | None
) -> tuple[Asked, list[list[int]], list[Reply]]:
    """What leaves the model room for an answer, with the prompts' token ids, and replies to all else.

    Args:
        longest: tokens of the longest sequence that the model reads; None: any.
    """
    from rtlvr.policy.generate import prompt_ids

    ids = prompt_ids(tokenizer, [request.messages for request, _ in asked])
    fits = [longest is None or len(prompt) < longest for prompt in ids]
    rows = list(zip(asked, ids, fits, strict=True))
    refused = [_too_long(*one, len(prompt), longest or 0) for one, prompt, fit in rows if not fit]
    return [one for one, _, fit in rows if fit], [prompt for _, prompt, fit in rows if fit], refused


def _too_long(request: Request, about: str, prompt: int, longest: int) -> Reply:
    why = f"the prompt is longer than the model reads: got {prompt} tokens; allowed: less than {longest}"
    unanswered = _reply(request, about, "", prompt, 0, cut=False)
    return unanswered.model_copy(update={"finish": "too_long", "too_long": why})


def _reply(request: Request, about: str, text: str, prompt: int, tokens: int, cut: bool) -> Reply:
    return Reply(
        request=request.digest,
        about=about,
        model=request.model,
        content=text,
        reasoning="",
        finish="length" if cut else "stop",
        prompt_tokens=prompt,
        completion_tokens=tokens,
        seconds=0.0,
    )
