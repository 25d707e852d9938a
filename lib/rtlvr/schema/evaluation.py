"""Parameters of generation and evaluation."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rtlvr.schema.types import ASIDE, Positive, Rate, Real, Section, Whole


class Generation(Section):
    """Who writes answers outside a training step: in notebooks 03 to 07."""

    backend: Literal["transformers", "vllm", "endpoint"] = Field(
        description="transformers or vLLM in this process, or an OpenAI-compatible service at generation.base_url"
    )
    base_url: Annotated[str, ASIDE] = Field(description="of the endpoint, which is the backend wherever this is given")
    api_key_env: Annotated[str, ASIDE] = Field(description="environment variable that holds the endpoint's key")
    concurrency: Annotated[Positive, ASIDE] = Field(description="requests that the endpoint gets at once")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        description="type of the weights; auto: bfloat16 on a GPU, float32 on a CPU"
    )
    vllm_memory: Annotated[Rate, ASIDE] = Field(description="share of the GPU's memory that vLLM takes")
    vllm_length: Whole = Field(description="longest sequence under vLLM, in tokens; 0: the model's own")
    vllm_tensor_parallel: Annotated[Positive, ASIDE] = Field(description="GPUs that share a model under vLLM")
    vllm_eager: Annotated[bool, ASIDE] = Field(description="vLLM without CUDA graphs: starts sooner, generates slower")

    @model_validator(mode="before")
    @classmethod
    def _url_means_endpoint(cls, given: object) -> object:
        return {**given, "backend": "endpoint"} if isinstance(given, dict) and given.get("base_url") else given


class Evaluation(Section):
    """What policies are tried on while they are trained, before and after it, and in notebook 07."""

    on: list[str] = Field(
        description="heldout: the problems of data.validation; or names of public benchmarks, judged by their testbenches"
    )
    problems: Positive = Field(description="problems that are tried, at most")
    samples: Positive = Field(description="answers per problem")
    temperature: Real = Field(description="sampling temperature")
    top_p: Rate = Field(description="share of the probability that is sampled from")
    max_tokens: Positive = Field(description="longest answer, in tokens")

    @field_validator("on")
    @classmethod
    def _no_name_twice(cls, names: list[str]) -> list[str]:
        return _each_named_once(names)


class Benchmarks(Section):
    """The public benchmarks, read from an upstream checkout under `root`."""

    root: Annotated[str, ASIDE] = Field(description="folder of the upstream checkouts")
    names: list[str] = Field(description="benchmarks to measure; folder:PATH is one of your own")
    models: list[str] = Field(
        description="what is measured: sft, rl (the policies of 04 and 05), folders, hub names, gguf:PATH or names that the "
        "endpoint knows; NAME@0.6 is sampled at temperature 0.6"
    )
    system: Literal["tags", "code", "none"] = Field(
        description="system prompt: asks for thought and code in the paper's tags, for a block of code alone, or none"
    )
    header: Literal["upstream", "always", "never"] = Field(
        description="interface of the module as code in the prompt: as the benchmark has it, always, or never"
    )
    problems: Whole = Field(description="problems per benchmark; 0: all")
    heldout_problems: Whole = Field(description="held-out designs for pass@k of the run's own policies; 0: none")
    samples: Positive = Field(description="answers per problem")
    temperature: Real = Field(description="sampling temperature of models that state none")
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
        description="rl: the policy of notebook 05; sft: that of 04; or a folder, a hub name or gguf:PATH"
    )
    on: list[str] = Field(description="as evaluation.on")
    budgets: list[Positive] = Field(description="longest answer of each measurement, in tokens")
    problems: Positive = Field(description="problems that are tried, at most")
    samples: Positive = Field(description="answers per problem and budget")
    vote_problems: Positive = Field(description="held-out problems for majority voting")
    votes: list[Positive] = Field(description="numbers of answers that vote; the largest is generated per problem")

    @field_validator("on")
    @classmethod
    def _no_name_twice(cls, names: list[str]) -> list[str]:
        return _each_named_once(names)
