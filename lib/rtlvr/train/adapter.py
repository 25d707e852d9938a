"""Training a low-rank adapter (LoRA, arXiv 2106.09685) instead of all weights, and saving what was trained."""

from pathlib import Path

from peft import LoraConfig, PeftModel
from transformers import PreTrainedTokenizerBase, Trainer


def adapter(rank: int) -> LoraConfig | None:
    """An adapter of all linear layers with scale 2; None for rank 0, which trains all weights."""
    if not rank:
        return None
    return LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")


def save_policy(trainer: Trainer, tokenizer: PreTrainedTokenizerBase, folder: Path) -> Path:
    """Save the trained policy into `folder`/policy; an adapter also by itself, into `folder`/adapter.

    Returns:
        The policy's folder, which loads like any model: an adapter is merged into its weights.
    """
    policy, trained = folder / "policy", trainer.accelerator.unwrap_model(trainer.model)
    if isinstance(trained, PeftModel):
        if trainer.is_world_process_zero():
            trained.save_pretrained(str(folder / "adapter"))
            trained.merge_and_unload().save_pretrained(policy)
    else:
        trainer.save_model(str(policy))
    if trainer.is_world_process_zero():
        tokenizer.save_pretrained(policy)
        # Cards of TRL and PEFT do not know what was trained, or on what; the stage writes one beside the policy.
        for card in (folder / "checkpoints").rglob("README.md"):
            card.unlink()
    return policy
