"""One question to a language model, and transcripts that replay and record the replies.

Guaranteed: a usable reply is on disk before it is used, and is never asked for again (same messages, sampling parameters
and seed), not even by two threads at once.
Not guaranteed: a request that was under way when the process was killed may have been paid for without its reply. Only one
process at a time may record into a file.
"""

import hashlib
import json
import os
import re
import threading
from pathlib import Path
from typing import Protocol

from rtlvr.errors import InfrastructureError
from rtlvr.memo import Once
from rtlvr.records import Record, read_whole_lines


class Request(Record):
    """What is asked: the messages, and all that decides the reply."""

    model: str
    system: str
    user: str
    temperature: float
    max_tokens: int
    seed: int
    top_p: float = 1.0
    exchanges: tuple[tuple[str, str], ...] = ()  # what was answered, and what was said to that

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation so far, as chat templates and services take it."""
        said = [("system", self.system), ("user", self.user)]
        for answer, reply in self.exchanges:
            said += [("assistant", answer), ("user", reply)]
        return [{"role": role, "content": text} for role, text in said if text]

    @property
    def digest(self) -> str:
        """Names the request: equal requests, equal digests."""
        facts = json.dumps(self.model_dump(exclude_defaults=True), sort_keys=True)  # as before the last two were there
        return hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()[:20]

    @property
    def luck(self) -> str:
        """The seed of its random numbers, 20 hexadecimal digits; which weights answer does not change it."""
        return self.model_copy(update={"model": ""}).digest


class Reply(Record):
    """What came back. `reasoning` is the field some services keep thoughts in; `finish` is `stop` or `length`.

    `too_long` says that there is no answer, because the prompt is longer than the model can read: a failed answer, with this
    reason. Everywhere else it is empty.
    """

    request: str  # the request's digest
    about: str  # what it was asked for, for people who read the transcript: "describe fifo", "solve fifo #1"
    model: str
    content: str
    reasoning: str
    finish: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    too_long: str = ""


class Chat(Protocol):
    """Answers requests; safe to use from several threads."""

    def ask(self, request: Request, about: str) -> Reply:
        """The reply to `request`.

        Raises:
            InfrastructureError: there is none, for a reason that has nothing to do with the question.
        """
        ...


class Transcript:
    """Replays the replies in a file; what is not there is asked of `beyond` and appended to the file.

    Args:
        path: JSON lines of `Reply`. A torn last line (the process was killed) is cut off.
        beyond: who is asked for what is missing; None: nobody, and missing replies raise.
    """

    def __init__(self, path: Path, beyond: Chat | None = None) -> None:
        self._path, self._beyond = path, beyond
        self._lock = threading.Lock()  # of the file
        self._replies: Once[str, Reply] = Once({reply.request: reply for reply in read_whole_lines(path, Reply)})

    def __len__(self) -> int:
        return len(self._replies)

    def __contains__(self, digest: str) -> bool:
        return digest in self._replies

    def add(self, reply: Reply) -> None:
        """Record a reply that was got elsewhere.

        Raises:
            OSError: it could not be recorded.
        """
        self._replies.ask(reply.request, lambda: self._recorded(reply))

    def answered(self) -> set[str]:
        """The ids of the goldens that some solver answered, as `about` names them."""
        found = (re.fullmatch(r"solve (\S+) #\d+", reply.about) for reply in self._replies.answers())
        return {match[1] for match in found if match}

    def ask(self, request: Request, about: str) -> Reply:
        """The recorded reply, or a new one; who asks for what is being asked already gets the same.

        Raises:
            InfrastructureError: no reply is recorded, and there is nobody to ask, or `beyond` failed.
            OSError: a new reply could not be recorded (the disk is full); going on would pay for more that is lost.
        """
        return self._replies.ask(request.digest, lambda: self._buy(request, about))

    def _buy(self, request: Request, about: str) -> Reply:
        if self._beyond is None:
            raise InfrastructureError(
                f"{self._path.name} holds no reply to '{about}': the golden, the prompt or the sampling parameters "
                "are not those of the recording; record again with roundtrip.teacher=endpoint"
            )
        return self._recorded(self._beyond.ask(request, about))

    def _recorded(self, reply: Reply) -> Reply:
        line = memoryview((reply.model_dump_json() + "\n").encode())
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self._path.open("ab", buffering=0) as file:
            start = file.seek(0, os.SEEK_END)
            try:
                while line:
                    line = line[file.write(line) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(start)  # the next line must not follow half a line
                raise
        return reply
