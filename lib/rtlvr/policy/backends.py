"""Where answers come from: a model under transformers, one under vLLM in this process, or an OpenAI-compatible endpoint.

Every request carries its own seed, so that its answer does not depend on what else is asked (on GPUs: up to the order of
floating-point sums). Replies come as they are ready, in any order.
"""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from rtlvr.errors import ParameterError
from rtlvr.llm.endpoint import EndpointChat
from rtlvr.llm.transcript import Chat, Reply, Request
from rtlvr.paths import model_path

if TYPE_CHECKING:  # slow to import, and only one of them is needed
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_CPU_BATCH, _GPU_BATCH, _VLLM_BATCH = 64, 256, 1024  # answers that a kill may lose
_ENDPOINT_SECONDS = 1800  # a whole reply of 16384 tokens from a slow service
Asked = Sequence[tuple[Request, str]]


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


class Transformers:
    """A loaded model, sampled by `rtlvr.policy.generate`."""

    def __init__(self, name: str | Path, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> None:
        self.model, self._model, self._tokenizer = fingerprint(name), model, tokenizer

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """See `Backend`."""
        from rtlvr.policy.generate import Sampling, decode, prompt_ids, sample_ids, stop_ids

        stops = stop_ids(self._model, self._tokenizer)
        for part in _parts(asked, _CPU_BATCH if self._model.device.type == "cpu" else _GPU_BATCH):
            request = part[0][0]
            prompts = prompt_ids(self._tokenizer, [r.messages for r, _ in part])
            sampling = Sampling(request.max_tokens, request.temperature, request.top_p)
            found = sample_ids(self._model, prompts, sampling, stops, [r.digest for r, _ in part])
            texts = decode(self._tokenizer, [f.ids for f in found])
            for (asked_for, about), prompt, completion, text in zip(part, prompts, found, texts, strict=True):
                cut = completion.ids[-1] not in stops
                yield _reply(asked_for, about, text, len(prompt), len(completion.ids), cut)


class Vllm:
    """A model in this process under vLLM (extra `gpu`), which must be installed.

    Args:
        name: a policy's name, see `rtlvr.policy.model.location`.
        settings: further arguments of `vllm.LLM`, such as `max_model_len` or `tensor_parallel_size`.

    Raises:
        ParameterError: vLLM is not installed.
    """

    def __init__(self, name: str | Path, **settings: object) -> None:
        try:
            import vllm
        except ImportError as error:
            raise ParameterError(f"got backend vllm, which is not here ({error}); install the extra [gpu]") from error
        from rtlvr.policy.model import location

        _free_gpu()  # vLLM takes most of what it finds free
        self.model, self._vllm = fingerprint(name), vllm
        folder, more = location(str(name))
        self._engine = vllm.LLM(model=str(Path(folder, *more.values())), **settings)

    def replies(self, asked: Asked) -> Iterator[Reply]:
        """See `Backend`."""
        for part in _parts(asked, _VLLM_BATCH):
            params = [
                self._vllm.SamplingParams(
                    temperature=request.temperature,
                    top_p=request.top_p,
                    max_tokens=request.max_tokens,
                    seed=request.seed,
                )
                for request, _ in part
            ]
            outputs = self._engine.chat([request.messages for request, _ in part], params, use_tqdm=False)
            for (request, about), output in zip(part, outputs, strict=True):
                best, prompt = output.outputs[0], len(output.prompt_token_ids or ())
                yield _reply(request, about, best.text, prompt, len(best.token_ids), best.finish_reason == "length")


def chosen(
    kind: Literal["transformers", "vllm", "endpoint"],
    name: str | Path,
    base_url: str = "",
    api_key_env: str = "OPENAI_API_KEY",
    concurrency: int = 8,
) -> Backend:
    """A backend of `kind` that answers with the model `name`.

    Raises:
        ParameterError: an endpoint without its URL, vLLM that is not installed, or no such GGUF file.
    """
    if kind == "vllm":
        return Vllm(name)
    if kind == "transformers":
        from rtlvr.policy.model import load_policy, load_tokenizer

        return Transformers(name, load_policy(name), load_tokenizer(name))
    if not base_url:
        raise ParameterError(
            "got an endpoint without its URL; give --base-url or benchmarks.base_url, or another backend"
        )
    chat = EndpointChat(base_url, api_key_env, seconds=_ENDPOINT_SECONDS, concurrency=concurrency)
    return Endpoint(chat, str(name), concurrency)


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
