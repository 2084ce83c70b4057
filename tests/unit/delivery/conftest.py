"""
A pipe without CDK, and a world with a virtual clock to run it in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from pipes_trigger.delivery import (
    Backoff,
    Condition,
    DeadLetter,
    Delivered,
    Enrich,
    Failed,
    Filtered,
    Invoke,
    InvokeResult,
    InvokeStatus,
    ShardAddress,
    ShardDelivery,
    Wait,
)
from pipes_trigger.errors import InputTemplateError, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pipes_trigger.delivery import Record
    from pipes_trigger.templates import PipeContext

NOW: Final = 1_800_000_000.0
_MOST_STEPS: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Pipe:
    """
    Settings as `PipeSpec` has them; a record passes unless its id is in `refused`.
    """

    batch_size: int = 4
    batching_window: int = 0
    parallelization_factor: int = 1
    maximum_retry_attempts: int = 1
    maximum_record_age: int = -1
    bisect: bool = False
    filters: tuple[Any, ...] = ()
    refused: frozenset[str] = frozenset()
    unrenderable: frozenset[str] = frozenset()
    padding: int = 0
    enrichment: str | None = None

    def passes(self, record: Record) -> bool:
        """
        Say whether the record is none of the refused.
        """
        return record["eventID"] not in self.refused

    def element_text(self, record: Record, pipe: PipeContext | None = None) -> str:
        """
        Render the id, padded.
        """
        if record["eventID"] in self.unrenderable:
            raise InputTemplateError([Violation("IT999", "$.gone", "is not there", "leave it out")])
        time = pipe.ingestion_time if pipe else None
        return json.dumps({"id": record["eventID"], "at": time, "pad": "x" * self.padding})

    def enrichment_text(self, record: Record, pipe: PipeContext | None = None) -> str:
        """
        Render the id, padded.
        """
        return self.element_text(record, pipe)

    def enriched_text(self, event: Any, pipe: PipeContext | None = None) -> str:
        """
        Render an event as it is; one without an id cannot be rendered.
        """
        if not isinstance(event, dict) or "id" not in event:
            raise InputTemplateError([Violation("IT999", "$.id", "is not there", "add it")])
        time = pipe.ingestion_time if pipe else None
        return json.dumps({"enriched": event["id"], "at": time})


def make_record(event_id: str, created: float | None = NOW) -> dict[str, Any]:
    """
    Make a record that a letter or two stand for.
    """
    change: dict[str, Any] = {"SequenceNumber": f"{ord(event_id[0]):021d}"}
    if created is not None:
        change["ApproximateCreationDateTime"] = created
    return {"eventID": event_id, "eventName": "INSERT", "dynamodb": change}


def ids(records: Sequence[Record]) -> str:
    """
    Write records as the letters that stand for them.
    """
    return "".join(record["eventID"] for record in records)


def failing(poison: Collection[str], *, partial: bool) -> Callable[[str], InvokeResult]:
    """
    Make a target that fails for some records: the whole invocation, or by a partial answer.
    """

    def target(sent: str) -> InvokeResult:
        bad = [letter for letter in sent if letter in poison]
        if bad and not partial:
            return InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="boom")
        answer = {"batchItemFailures": [{"itemIdentifier": letter} for letter in bad]}
        return InvokeResult(InvokeStatus.ANSWERED, answer=json.dumps(answer))

    return target


@dataclass
class World:
    """
    One shard's delivery under a virtual clock, with a note of all that happened.
    """

    pipe: Pipe
    target: Callable[[str], InvokeResult]
    dead_letter_error: Callable[[str], str | None] = lambda _letters: None
    enrich: Callable[[str], InvokeResult] | None = None
    backoff: Backoff = field(default_factory=lambda: Backoff(first=1, factor=2, longest=8))
    now: float = NOW
    enriched: list[str] = field(default_factory=list)
    payloads: list[Any] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    invoked: list[str] = field(default_factory=list)
    invoked_at: list[float] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    filtered: list[str] = field(default_factory=list)
    dead: list[tuple[str, Condition]] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        address = ShardAddress(pipe_arn="arn:pipe", stream_arn="arn:stream", shard_id="shardId-1")
        self.delivery = ShardDelivery(self.pipe, address, self.backoff)

    def offer(self, letters: str, created: float | None = NOW) -> None:
        """
        Let records be read.
        """
        told = self.delivery.offer([make_record(letter, created) for letter in letters], self.now)
        self.filtered.extend(note.record["eventID"] for note in told if isinstance(note, Filtered))

    def run(self) -> World:
        """
        Go on until there is nothing left to do.
        """
        for _step in range(_MOST_STEPS):
            if not self.step():
                return self
        pytest.fail(f"not done after {_MOST_STEPS} steps")

    def step(self) -> bool:
        """
        Do the next thing, and say whether there was one.
        """
        action = self.delivery.next(self.now)
        if isinstance(action, Wait):
            assert action.until > self.now
            self.waits.append(action.until - self.now)
            self.now = action.until
        elif isinstance(action, Enrich):
            self._enrich(action)
        elif isinstance(action, Invoke):
            self._invoke(action)
        elif isinstance(action, DeadLetter):
            self._discard(action)
        return action is not None

    def _enrich(self, action: Enrich) -> None:
        letters = ids(action.batch.records)
        assert self.enrich is not None
        assert [element["id"] for element in json.loads(action.payload)] == list(letters)
        self.enriched.append(letters)
        self._note(self.delivery.enriched(self.enrich(letters), self.now))

    def _invoke(self, action: Invoke) -> None:
        letters = ids(action.batch.records)
        self.payloads.append(json.loads(action.payload))
        if self.enrich is None:
            assert [element["id"] for element in self.payloads[-1]] == list(letters)
        self.invoked.append(letters)
        self.invoked_at.append(self.now - NOW)
        self.attempts.append(action.attempt)
        self._note(self.delivery.answered(self.target(letters), self.now))

    def _note(self, notes: Sequence[Delivered | Failed]) -> None:
        for note in notes:
            if isinstance(note, Failed):
                self.failed.append(note)
            else:
                (self.skipped if note.skipped else self.delivered).append(ids(note.batch.records))

    def _discard(self, action: DeadLetter) -> None:
        letters = ids(action.batch.records)
        error = self.dead_letter_error(letters)
        self.delivery.discarded(error, self.now)
        if error is None:
            self.dead.append((letters, action.condition))
            self.dead_letters.append(action)


@pytest.fixture
def pipe() -> type[Pipe]:
    """
    Make pipes.
    """
    return Pipe


@pytest.fixture
def world() -> type[World]:
    """
    Make worlds.
    """
    return World


@pytest.fixture
def failing_for() -> Callable[..., Callable[[str], InvokeResult]]:
    """
    Make targets that fail for some records.
    """
    return failing


@pytest.fixture
def record() -> Callable[..., dict[str, Any]]:
    """
    Make records.
    """
    return make_record
