"""
Records that passed the filter, and the batches that they are sent in.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import TYPE_CHECKING, Any, TypeAlias

from pipes_trigger.delivery.enrichment import payload_of
from pipes_trigger.quick_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

# A stream record in the form that a pipe filters and renders, as JSON would give it.
Record: TypeAlias = "Mapping[str, Any]"


@unique
class Condition(Enum):
    """
    Why records are given up, in the words of the dead-letter message.

    `RetryAttemptsExhausted` was read in published messages of Pipes; `RecordAgeExceeded` only in those of Lambda's
    event source mappings, so for Pipes it is a guess. [?]

    Example:
        >>> Condition.RETRY_ATTEMPTS_EXHAUSTED.value
        'RetryAttemptsExhausted'
    """

    RETRY_ATTEMPTS_EXHAUSTED = "RetryAttemptsExhausted"
    RECORD_AGE_EXCEEDED = "RecordAgeExceeded"


def event_id(record: Record) -> object:
    """
    Give a record's `eventID`, None where it has none.

    Example:
        >>> event_id({"eventID": "e-1"})
        'e-1'
    """
    return record.get("eventID")


def sequence_number(record: Record) -> str:
    """
    Give a record's sequence number within its shard, empty where it has none.

    Example:
        >>> sequence_number({"dynamodb": {"SequenceNumber": "42"}}), sequence_number({})
        ('42', '')
    """
    return str(record.get("dynamodb", {}).get("SequenceNumber", ""))


def created(record: Record) -> float | None:
    """
    Give the time of the change in seconds since 1970, None where the record does not tell.
    """
    value = record.get("dynamodb", {}).get("ApproximateCreationDateTime")
    return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One record on its way.

    Attributes:
        record: The record.
        arrived: When it was offered, in seconds since 1970; the batching window counts from here.
        text: What the first template makes of it: one element of the payload. Rendered once, however often it is sent.
        size: How many bytes it adds to a payload, at most.
        fault: Why it can never be sent, empty where it can.

    Example:
        >>> Entry({"eventID": "e-1"}, arrived=0.0, text='{"id": "e-1"}').fault
        ''
    """

    record: Record
    arrived: float
    text: str = ""
    size: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """
    Consecutive records that are sent together.

    Attributes:
        entries: The records on their way, at least one.
        retries: How many of the pipe's retry attempts are used up.
        sent: How often these records were sent, also within a larger batch.
        condition: Why they are given up, None while they are not.
        reason: What went wrong last, for people.

    Example:
        >>> batch = Batch(tuple(Entry({"eventID": f"e-{n}"}, arrived=0.0, text=f'{{"n": {n}}}') for n in (1, 2)))
        >>> batch.payload, batch.event_ids
        ('[{"n": 1},{"n": 2}]', ('e-1', 'e-2'))
        >>> [len(half) for half in batch.split(1)]
        [1, 1]
    """

    entries: tuple[Entry, ...]
    retries: int = 0
    sent: int = 0
    condition: Condition | None = None
    reason: str = ""

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def records(self) -> tuple[Record, ...]:
        """
        The records, in stream order.
        """
        return tuple(entry.record for entry in self.entries)

    @property
    def event_ids(self) -> tuple[object, ...]:
        """
        The records' event ids, in stream order.
        """
        return tuple(event_id(entry.record) for entry in self.entries)

    @property
    def payload(self) -> str:
        """
        The event of the first stop, the enrichment or the target, as JSON text: a list with one element per record.
        """
        return payload_of([entry.text for entry in self.entries])

    def split(self, index: int) -> tuple[Batch, Batch]:
        """
        Cut the batch in two before `index`, which lies within it; both parts keep what was used up.
        """
        return replace(self, entries=self.entries[:index]), replace(self, entries=self.entries[index:])

    def given_up(self, condition: Condition, reason: str) -> Batch:
        """
        Mark the batch as one for the dead-letter target.
        """
        return replace(self, condition=condition, reason=reason)
