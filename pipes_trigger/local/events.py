"""
What a running pipe tells its observer, as it happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.delivery import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeEvent:
    """
    The root of all events.

    Attributes:
        pipe: The pipe's name.
        time: When it happened, in seconds since 1970.
    """

    pipe: str
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeReady(PipeEvent):
    """
    The position in the stream stands: no change from here on is missed.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRead(PipeEvent):
    """
    A record came out of the stream.
    """

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFiltered(PipeEvent):
    """
    No filter lets the record through; that was its fate.

    Attributes:
        reasons: For each filter of the pipe, by which leaf it refused.
    """

    record: Record
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEvent(PipeEvent):
    """
    Something about records that are sent together.

    Attributes:
        records: The records, in stream order.
    """

    records: tuple[Record, ...]

    @property
    def size(self) -> int:
        """
        How many records.
        """
        return len(self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentInvoked(BatchEvent):
    """
    The enrichment is being invoked.

    Attributes:
        attempt: 1 for the first time that these records are sent.
        payload: The enrichment's event, as JSON text.
    """

    attempt: int
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentAnswered(BatchEvent):
    """
    The enrichment answered; a `BatchInvoked` follows, or a `RecordDelivered` for each record where it answered nothing.

    Attributes:
        elements: How many events it answered.
        seconds: How long the invocation took.
    """

    elements: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchInvoked(BatchEvent):
    """
    The target is being invoked.

    Attributes:
        attempt: 1 for the first time that these records are sent.
        payload: The function's event, as JSON text; other targets get each element of it.
    """

    attempt: int
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSucceeded(BatchEvent):
    """
    The target took these records; a `RecordDelivered` for each follows.

    Attributes:
        seconds: How long the invocation took.
    """

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFailed(BatchEvent):
    """
    An invocation of the target or of the enrichment failed for these records.

    Attributes:
        reason: What went wrong.
        next_step: What follows: `retry 1 of 3`, `split in two`, `given up after 3 retries`, ...
        retry_at: When they are sent again at the earliest, in seconds since 1970; None when they are given up.
        seconds: How long the invocation took.
    """

    reason: str
    next_step: str
    retry_at: float | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDelivered(PipeEvent):
    """
    The target took the record; that was its fate.

    Attributes:
        skipped: Whether the enrichment answered nothing for its batch, so that the target was not invoked.
    """

    record: Record
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeadLettered(PipeEvent):
    """
    The record was given up and is named in a message to the dead-letter target; that was its fate.

    Attributes:
        condition: Why, in the message's words.
        reason: Why, for people.
        destination: The ARN of the queue or topic.
    """

    record: Record
    condition: str
    reason: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDiscarded(PipeEvent):
    """
    The record was given up and the pipe has no dead-letter target; that was its fate.

    Attributes:
        condition: Why, in the words of a dead-letter message.
        reason: Why, for people.
    """

    record: Record
    condition: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterFailed(BatchEvent):
    """
    The dead-letter message for these records could not be sent; it will be tried again.

    Attributes:
        reason: What went wrong.
        destination: The ARN of the queue or topic.
    """

    reason: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamUnavailable(PipeEvent):
    """
    The stream could not be read; it will be tried again.

    Attributes:
        reason: What went wrong.
        retry_at: When it is read again, in seconds since 1970.
    """

    reason: str
    retry_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsTrimmed(PipeEvent):
    """
    The stream forgot records before they were read: they are lost to this pipe.

    Attributes:
        shard_id: Where.
        after: The sequence number that was read last, empty where none was.
    """

    shard_id: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeFailed(PipeEvent):
    """
    The pipe cannot go on; whoever stops it gets the same error.
    """

    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeStopped(PipeEvent):
    """
    The last event of a pipe.

    Attributes:
        undecided: Records that were read, and neither filtered, delivered nor given up, in stream order.
    """

    undecided: tuple[Record, ...]


Observer: TypeAlias = "Callable[[PipeEvent], None]"


def nobody(_event: PipeEvent) -> None:
    """
    Observe nothing.
    """
