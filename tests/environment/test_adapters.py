"""The same tools behind each framework's interface; what is not installed is skipped, with the reason."""

import asyncio
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_session import GOLDEN, RIGHT, WRONG, problem, secrets_in

from rtlvr.environment import Budget
from rtlvr.environment.trl import VerilogEnvironment, factory
from rtlvr.environment.verl import compute_score
from rtlvr.errors import InfrastructureError
from rtlvr.records import write_jsonl
from rtlvr.verify import Pool


@pytest.fixture(scope="module")
def bench() -> Iterator[Pool]:
    made = Pool(1, mode="hybrid")
    yield made
    made.close()


def call(name: str, **arguments: object) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call><|im_end|>"


def test_trl_offers_the_three_tools_with_schemas() -> None:
    utils = pytest.importorskip("transformers.utils", reason="transformers is not installed: the extra [train] has it")
    public = [n for n, _ in inspect.getmembers(VerilogEnvironment, inspect.isfunction) if not n.startswith("_")]
    assert set(public) == {"reset", "get_reward", "compile", "simulate", "check"}
    for name in ("compile", "simulate", "check"):
        schema = utils.get_json_schema(getattr(VerilogEnvironment, name))["function"]
        assert schema["name"] == name and "code" in schema["parameters"]["required"]
    assert schema["description"].startswith("Judge")


@pytest.mark.tools
def test_a_step_of_trl_goes_through_the_tools(bench: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rollouts of one prompt: one looks and is right, one is wrong. The model is random, its words are given."""
    pytest.importorskip("trl", reason="TRL is not installed: the extra [train] has it")
    import torch
    from datasets import Dataset
    from transformers import Qwen2Config, Qwen2ForCausalLM
    from trl import GRPOConfig, GRPOTrainer
    from trl.chat_template_utils import qwen3_chat_template

    from rtlvr.policy.model import load_tokenizer

    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    tokenizer = load_tokenizer("tiny")
    tokenizer.chat_template = qwen3_chat_template
    tokenizer.add_special_tokens({"eos_token": "<|im_end|>"})
    words = [[call("compile", code=RIGHT), call("check", code=WRONG)], [call("check", code=RIGHT), "Wrong.<|im_end|>"]]
    words.append(["Done.<|im_end|>"] * 2)
    shown: list[str] = []

    class Scripted(GRPOTrainer):
        def _generate_single_turn(self, prompt_ids: list[list[int]], *_: Any, **__: Any) -> Any:
            shown.extend(tokenizer.decode(ids) for ids in prompt_ids)
            turn = words.pop(0)[: len(prompt_ids)]
            ids = [tokenizer.encode(text, add_special_tokens=False) for text in turn]
            return ids, [[-1.0] * len(one) for one in ids]

    config = Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=16_384,
    )  # fmt: skip
    trainer = Scripted(
        model=Qwen2ForCausalLM(config),
        processing_class=tokenizer,
        args=GRPOConfig(
            output_dir=str(tmp_path), num_generations=2, per_device_train_batch_size=2, max_steps=1, report_to=[],
            max_completion_length=8192, use_cpu=True, save_strategy="no", bf16=False, logging_steps=1,
        ),
        train_dataset=Dataset.from_list(
            [{"prompt": [{"role": "user", "content": problem().prompt}], "golden": GOLDEN}] * 2
        ),
        environment_factory=factory(bench, Budget(checks=2)),
    )  # fmt: skip
    trainer.train()
    logged = next(row for row in trainer.state.log_history if "reward" in row)
    assert logged["reward"] == 0.5 and logged["reward_std"] > 0
    assert logged["tools/failure_frequency"] == 0
    assert any('"checks_left"' in text for text in shown), "the model was shown a verdict"
    assert not [text for text in shown if "quagga" in text or "okapi" in text.lower()]
    assert torch.isfinite(torch.tensor(logged["grad_norm"]))


def test_verl_scores_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Called as verl calls it: by keywords. It is held against the published signature; verl is not installed here."""
    monkeypatch.setenv("RTLVR_JOBS", "1")
    names = list(inspect.signature(compute_score).parameters)
    assert names[:4] == ["data_source", "solution_str", "ground_truth", "extra_info"]
    answers = [(f"```verilog\n{RIGHT}```", 1.0), (f"```verilog\n{WRONG}```", 0.0), ("no code", 0.0)]
    for text, wanted in answers:
        found = compute_score(data_source="rtl", solution_str=text, ground_truth=GOLDEN, extra_info={"index": 3})
        assert (found["score"], found["acc"]) == (wanted, wanted) and not secrets_in(str(found))
    assert compute_score("rtl", f"```verilog\n{RIGHT}```", GOLDEN, {"think": True})["status"] == "format"
    with pytest.raises(InfrastructureError):
        compute_score("rtl", answers[0][0], "module broken(")


def test_verifiers_runs_the_tools(tmp_path: Path) -> None:
    vf = pytest.importorskip("verifiers.v1", reason="verifiers is not installed: pip install verifiers")
    from mcp.server.mcpserver import MCPServer

    from rtlvr.environment import verifiers as adapter

    path = tmp_path / "problems.jsonl"
    write_jsonl(path, [problem()])
    tools = adapter.VerilogToolsetConfig(problems=path, checks=2)
    config = adapter.VerilogTasksetConfig(id="rtlvr", task=adapter.VerilogTaskConfig(tools=tools))
    (task,) = adapter.VerilogTaskset(config)
    assert not secrets_in(task.data.model_dump_json())
    (server,) = task.toolsets(task.config)
    mcp = MCPServer("verilog")
    server.register(mcp)

    async def rollout() -> list[str]:
        await server.setup_task(task.data)
        listed = {tool.name: tool for tool in await mcp.list_tools()}
        assert set(listed) == {"compile", "simulate", "check"}
        said = []
        for name, arguments in [
            ("compile", {"code": WRONG}), ("simulate", {"code": WRONG, "steps": [{"rst": 1}]}),
            ("check", {"code": WRONG}), ("check", {"code": RIGHT}),
        ]:  # fmt: skip
            said.append(str(await mcp.call_tool(name, arguments)))
        return said

    said = asyncio.run(rollout())
    assert "inequivalent" in said[2] and "checks_left" in said[3] and not any(map(secrets_in, said))
    scored: dict[float, float] = {}
    for earned in (0.0, 1.0):
        trace = vf.Trace.model_construct(state=adapter.VerilogState(earned=earned), rewards={}, metrics={})
        scored[earned] = asyncio.run(task.equivalence(trace))
    assert scored == {0.0: 0.0, 1.0: 1.0}
    with pytest.raises(RuntimeError):
        asyncio.run(task.equivalence(vf.Trace.model_construct(state=adapter.VerilogState(failed=True))))


def test_openenv_serves_episodes(bench: Pool) -> None:
    pytest.importorskip("openenv.core", reason="OpenEnv is not installed: pip install openenv-core")
    from fastapi.testclient import TestClient

    from rtlvr.environment.openenv import app

    with TestClient(app([problem()], bench, Budget(checks=2))) as client, client.websocket_connect("/ws") as socket:

        def ask(kind: str, **data: object) -> dict[str, Any]:
            socket.send_json({"type": kind, "data": data})
            answer = socket.receive_json()
            assert not secrets_in(json.dumps(answer))
            return answer

        assert ask("step", tool="check", arguments={})["type"] == "error"
        assert ask("reset", problem="acc")["data"]["observation"]["text"] == problem().prompt
        seen = ask("step", tool="compile", arguments={"code": WRONG})["data"]
        assert json.loads(seen["observation"]["text"])["ok"] and not seen["done"] and seen["reward"] == 0.0
        assert not json.loads(ask("step", tool="golden", arguments={})["data"]["observation"]["text"])["ok"]
        assert ask("step", tool="check", arguments={"code": WRONG})["data"]["done"] is False
        last = ask("step", tool="check", arguments={"code": RIGHT})["data"]
        assert (last["done"], last["reward"]) == (True, 1.0)
        socket.send_json({"type": "state"})
        state = socket.receive_json()
        assert state["data"]["step_count"] == 4 and not secrets_in(json.dumps(state))
        assert ask("reset", problem="none")["type"] == "error"
