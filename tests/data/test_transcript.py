"""Transcripts: equal requests are one, what is bought is kept, half a line never is."""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from service import GOLDENS, REQUEST, Endpoint

from rtlvr.errors import InfrastructureError
from rtlvr.llm.transcript import Reply, Transcript
from rtlvr.records import read_jsonl


def test_equal_requests_at_once_are_one(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.always(lambda s: (time.sleep(0.2), s.say("yes")))
    transcript = Transcript(tmp_path / "t.jsonl", endpoint.chat())
    with ThreadPoolExecutor(8) as executor:
        replies = list(executor.map(lambda _: transcript.ask(REQUEST, "ask"), range(8)))
    assert endpoint.asked.total() == len(transcript) == len(set(map(id, replies))) == 1


def test_waiting_for_a_reply_that_does_not_come(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.plans[f"m {GOLDENS[0].id}"] = [lambda s: (time.sleep(0.2), s.send("", 404)), "right"]
    transcript = Transcript(tmp_path / "t.jsonl", endpoint.chat())
    with ThreadPoolExecutor(4) as executor:
        waiting = [executor.submit(transcript.ask, REQUEST, "ask") for _ in range(4)]
    assert all(isinstance(one.exception(), InfrastructureError) for one in waiting)
    assert transcript.ask(REQUEST, "ask").content == GOLDENS[0].description  # it may be asked for again


def test_a_torn_transcript(endpoint: Endpoint, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "t.jsonl"
    endpoint.always("right")
    first = Transcript(path, endpoint.chat()).ask(REQUEST, "ask")
    whole = path.read_bytes()
    path.write_bytes(whole + '{"request": "ü'.encode()[:-1])
    transcript = Transcript(path, endpoint.chat())
    assert path.read_bytes() == whole
    assert transcript.ask(REQUEST, "ask") == first
    transcript.ask(REQUEST.model_copy(update={"seed": 4}), "ask")
    assert path.read_bytes().startswith(whole)
    assert len(read_jsonl(path, Reply)) == len(transcript) == 2
    with pytest.raises(InfrastructureError, match=r"t\.jsonl holds no reply to 'solve fifo'"):
        Transcript(path).ask(REQUEST.model_copy(update={"seed": 5}), "solve fifo")


def test_a_full_disk_stops_the_run_and_leaves_no_half_line(endpoint: Endpoint, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    endpoint.always("right")
    transcript = Transcript(path, endpoint.chat())
    transcript.ask(REQUEST, "ask")
    whole, other = path.read_bytes(), REQUEST.model_copy(update={"seed": 4})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            transcript.ask(other, "ask")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == whole
    transcript.ask(other, "ask")
    assert len(read_jsonl(path, Reply)) == 2
