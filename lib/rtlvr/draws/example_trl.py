"""Any rule with TRL's GRPOTrainer, on a CPU in minutes: `python -m rtlvr.draws.example_trl --rule ours`.

A tiny random model learns to write the letter that it is asked for. From a copy of the folder: `python draws/example_trl.py`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from datasets import Dataset
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig

if not __package__:  # started as a file: its folder is the package
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    __package__ = Path(__file__).resolve().parent.name

from .for_trl import Sampled
from .selectable import RULES


def tokenizer() -> PreTrainedTokenizerFast:
    """Letters, and what begins, pads and ends."""
    words = {word: i for i, word in enumerate(["<pad>", "<eos>", *"abcdefghijklmnopqrstuvwxyz "])}
    made_of = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    made_of.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=made_of, pad_token="<pad>", eos_token="<eos>")


def model(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Two small random layers."""
    torch.manual_seed(0)
    size = LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        pad_token_id=words.pad_token_id, bos_token_id=words.eos_token_id, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    return LlamaForCausalLM(size)


def writes_the_letter(completions: list[str], letter: list[str], **_: Any) -> list[float]:
    """1 where an answer has the letter that it was asked for at least twice; some letters are asked three times."""
    return [float(text.count(one[0]) >= len(one)) for text, one in zip(completions, letter, strict=True)]


def trainer(rule: str, steps: int, folder: Path) -> Sampled:
    """Eight groups of eight a step, forty prompts."""
    letters = [chr(97 + i % 26) * (1 + i // 26) for i in range(40)]
    words = tokenizer()
    config = GRPOConfig(
        output_dir=str(folder), max_steps=steps, per_device_train_batch_size=64, num_generations=8, max_completion_length=24,
        learning_rate=1e-2, beta=0.0, loss_type="dapo", use_cpu=True, report_to="none", logging_steps=1, save_strategy="no",
        disable_tqdm=True, remove_unused_columns=False, seed=0,
    )  # fmt: skip
    return Sampled(
        rule=rule,
        batch=8,
        model=model(words),
        processing_class=words,
        args=config,
        reward_funcs=cast(Any, [writes_the_letter]),
        train_dataset=Dataset.from_dict({"prompt": [f"write {one}" for one in letters], "letter": letters}),
    )


def run_async(rule: str, steps: int, folder: Path) -> list[dict[str, float]]:
    """The same by TRL's asynchronous trainer; its log."""
    from trl.experimental.async_grpo import AsyncGRPOConfig, AsyncGRPOTrainer

    from .for_trl_async import Buffered, on_cpu
    from .sampling import Size

    words = tokenizer()
    model(words).save_pretrained(folder / "model")
    words.save_pretrained(folder / "model")
    letters = [chr(97 + i % 26) * (1 + i // 26) for i in range(40)]
    prompts = [f"write {one}" for one in letters]

    def score(prompt: int, text: str) -> float:
        return writes_the_letter([text], letters[prompt : prompt + 1])[0]

    worker = Buffered(model(words), words, prompts, score, rule, Size(8, 8, len(prompts)), longest=24)
    config = AsyncGRPOConfig(
        output_dir=str(folder), max_steps=steps, per_device_train_batch_size=64, gradient_accumulation_steps=1,
        num_generations=8, max_completion_length=24, learning_rate=1e-2, use_cpu=True, report_to="none", logging_steps=1,
        save_strategy="no", disable_tqdm=True, token_budget=0, max_staleness=4, bf16=False, dtype="float32",
    )  # fmt: skip
    on_cpu()
    training = AsyncGRPOTrainer(
        model=str(folder / "model"), args=config, processing_class=words, reward_funcs=cast(Any, [writes_the_letter]),
        train_dataset=Dataset.from_dict({"prompt": prompts}), rollout_worker=cast(Any, worker), weight_transfer=worker,
    )  # fmt: skip
    training.train()
    worker.stop()
    return training.state.log_history


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and say what each step took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rule", choices=RULES, default="ours")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("example_trl"), help="TRL's folder")
    parser.add_argument("--asynchronous", action="store_true", help="by TRL's asynchronous trainer")
    options = parser.parse_args(arguments)
    if options.asynchronous:
        run_async(options.rule, options.steps, options.out)
        return 0
    trainer(options.rule, options.steps, options.out).train()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
