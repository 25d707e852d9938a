"""Parameters of generation and evaluation."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole


class Generation(Section):
    """Who writes answers outside a training step: in notebooks 03 to 07."""

    backend: Literal["transformers", "vllm", "endpoint"] = Field(
        description="program that generates: transformers or vLLM in this process, or an OpenAI-compatible service "
        "(endpoint) at generation.base_url"
    )
    base_url: Annotated[str, ASIDE] = Field(description="URL of the endpoint; if it is given, the backend is endpoint")
    api_key_env: Annotated[str, ASIDE] = Field(
        description="name of the environment variable that holds the endpoint's key"
    )
    concurrency: Annotated[Positive, ASIDE] = Field(description="number of requests that the endpoint gets at once")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        description="type of the weights; auto: bfloat16 on a GPU, float32 on a CPU"
    )
    vllm_memory: Annotated[Rate, ASIDE] = Field(description="share of the GPU's memory that vLLM takes")
    vllm_length: Whole = Field(description="longest sequence under vLLM, in tokens; 0: the model's own")
    vllm_tensor_parallel: Annotated[Positive, ASIDE] = Field(description="number of GPUs that share a model under vLLM")
    vllm_eager: Annotated[bool, ASIDE] = Field(
        description="true: vLLM without CUDA graphs, which starts sooner and generates slower"
    )

    @model_validator(mode="before")
    @classmethod
    def _url_means_endpoint(cls, given: object) -> object:
        return {**given, "backend": "endpoint"} if isinstance(given, dict) and given.get("base_url") else given


class Evaluation(Section):
    """What policies are tried on while they are trained, before and after it, and in notebook 07."""

    on: list[str] = Field(
        description="problems that policies are tried on; heldout: those of data.validation; or names of public "
        "benchmarks, judged by their testbenches"
    )
    problems: Positive = Field(description="largest number of problems that are tried")
    samples: Positive = Field(description="number of answers per problem")
    temperature: Real = Field(description="sampling temperature")
    top_p: Rate = Field(description="share of the probability that is sampled from")
    max_tokens: Positive = Field(description="longest answer, in tokens")

    @field_validator("on")
    @classmethod
    def _no_name_twice(cls, names: list[str]) -> list[str]:
        return _each_named_once(names)


class Benchmarks(Section):
    """The public benchmarks, read from an upstream checkout under `root`."""

    root: Annotated[str, ASIDE] = Field(description="folder of the fetched benchmarks")
    names: list[str] = Field(description="names of the benchmarks to measure; folder:PATH is one of your own")
    models: list[str] = Field(
        description="models that are measured: sft, rl (the policies of 04 and 05), folders, hub names, gguf:PATH or "
        "names that the endpoint knows; NAME@0.6 is sampled at temperature 0.6"
    )
    system: Literal["tags", "code", "none"] = Field(
        description="system prompt; tags: asks for thought and code in the paper's tags; code: for a block of code "
        "alone; none: no system prompt"
    )
    header: Literal["upstream", "always", "never"] = Field(
        description="interface of the module as code in the prompt; upstream: as the benchmark has it; always; never"
    )
    problems: Whole = Field(description="number of problems per benchmark; 0: all")
    heldout_problems: Whole = Field(
        description="number of held-out designs for pass@k of the run's own policies; 0: none"
    )
    samples: Positive = Field(description="number of answers per problem")
    turns: Positive = Field(
        description="answers to a sample at most: one that does not compile goes back with the compiler's message"
    )
    temperature: Real = Field(description="sampling temperature of models that name none")
    top_p: Rate = Field(description="share of the probability that is sampled from")
    max_tokens: Positive = Field(description="longest answer, in tokens")

    @field_validator("names")
    @classmethod
    def _no_name_twice(cls, names: list[str]) -> list[str]:
        return _each_named_once(names)

    @field_validator("models")
    @classmethod
    def _each_once(cls, models: list[str]) -> list[str]:
        names = [_named(one)[0] for one in models]
        if not names or len(set(names)) < len(names) or not all(names):
            raise ValueError("needed: at least one model, each once (another temperature is another run)")
        return models

    @property
    def asked(self) -> list[tuple[str, float]]:
        """Names of the models, with the temperature that each is sampled at."""
        named = (_named(spec) for spec in self.models)
        return [(name, self.temperature if own is None else own) for name, own in named]


def _each_named_once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("needed: each name once")
    return names


def _named(spec: str) -> tuple[str, float | None]:
    """`NAME@0.6` as a name and a temperature; None where it states none."""
    name, _, number = spec.rpartition("@")
    return (name, float(number)) if re.fullmatch(r"\d+(\.\d+)?", number) and name else (spec, None)


class Scaling(Section):
    """Test-time scaling: accuracy against the response budget (paper §4.4)."""

    policy: str = Field(
        description="policy that is measured: rl (of notebook 05), sft (of 04), a folder, a hub name or gguf:PATH"
    )
    on: list[str] = Field(description="problems that the policy is tried on, as evaluation.on")
    budgets: list[Positive] = Field(description="longest answer of each measurement, in tokens")
    problems: Positive = Field(description="largest number of problems that are tried")
    samples: Positive = Field(description="number of answers per problem and budget")
    vote_problems: Positive = Field(description="number of held-out problems for majority votes")
    votes: list[Positive] = Field(
        description="numbers of answers that vote; the largest number is generated per problem"
    )

    @field_validator("on")
    @classmethod
    def _no_name_twice(cls, names: list[str]) -> list[str]:
        return _each_named_once(names)
