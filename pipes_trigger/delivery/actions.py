"""
What a shard's delivery asks for, and what it tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.delivery.enrichment import Element
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.delivery.batches import Batch, Condition, Record
    from pipes_trigger.filters import FilterPattern


@dataclass(frozen=True, slots=True)
class Enrich:
    """
    Asked for: send `payload` to the enrichment and report with `ShardDelivery.enriched`.

    Attributes:
        batch: What is sent.
        payload: The enrichment's event as JSON text, a list with one element per record.
        attempt: 1 for the first time that these records are sent.

    Example:
        >>> from pipes_trigger.delivery import Batch, Entry
        >>> batch = Batch((Entry({"eventID": "e-1"}, arrived=0.0, text='{"id": "e-1"}'),))
        >>> Enrich(batch, batch.payload, attempt=1).payload
        '[{"id": "e-1"}]'
    """

    batch: Batch
    payload: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Invoke:
    """
    Asked for: send `payload`, or each of its `elements`, to the target and report with `ShardDelivery.answered`.

    Attributes:
        batch: What is sent.
        payload: The function's event as JSON text, a list with one element per record, or per event that the enrichment
            answered.
        attempt: 1 for the first time that these records are sent.
        enriched: What the enrichment answered, rendered; None where the pipe has none.

    Example:
        >>> from pipes_trigger.delivery import Batch, Entry
        >>> batch = Batch((Entry({"eventID": "e-1"}, arrived=0.0, text='{"id": "e-1"}'),))
        >>> Invoke(batch, batch.payload, attempt=1).payload
        '[{"id": "e-1"}]'
    """

    batch: Batch
    payload: str
    attempt: int
    enriched: tuple[Element, ...] | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """
        What the target gets, one by one, for a target that takes no list.
        """
        if self.enriched is not None:
            return self.enriched
        return tuple(Element(entry.record, entry.text) for entry in self.batch.entries)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    Asked for: send `message` to the dead-letter target, if there is one, and report with `ShardDelivery.discarded`.

    Attributes:
        batch: What is given up.
        condition: Why, in the message's words.
        reason: Why, for people.
        message: The message's body, JSON-shaped. It says where the records are, and holds none of their data.

    Example:
        >>> from pipes_trigger.delivery import Batch, Condition, Entry
        >>> batch = Batch((Entry({"eventID": "e-1"}, arrived=0.0),))
        >>> DeadLetter(batch, Condition.RETRY_ATTEMPTS_EXHAUSTED, "given up after 10 retries", {}).condition.value
        'RetryAttemptsExhausted'
    """

    batch: Batch
    condition: Condition
    reason: str
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """
    Asked for: come back at `until` (seconds since 1970), or earlier when more records were offered.

    Example:
        >>> Wait(until=1_767_225_600.0).until
        1767225600.0
    """

    until: float


@dataclass(frozen=True, slots=True)
class Filtered:
    """
    Told: no filter of the pipe lets this record through.

    Attributes:
        record: The record.
        filters: The filters that it met.

    Example:
        >>> from pipes_trigger.filters import inserts
        >>> Filtered({"eventName": "REMOVE"}, (inserts(),)).reasons
        ("eventName: wanted 'INSERT', found 'REMOVE'",)
    """

    record: Record
    filters: tuple[FilterPattern, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """
        Why each filter refused, by the leaf or leaves that failed; worked out when asked for.
        """
        return tuple(why_refused(pattern, self.record) for pattern in self.filters)


@dataclass(frozen=True, slots=True)
class Delivered:
    """
    Told: the target took these records.

    Attributes:
        batch: The records.
        skipped: Whether the enrichment answered that there is nothing to send on, so that the target was not invoked.

    Example:
        >>> from pipes_trigger.delivery import Batch, Entry
        >>> len(Delivered(Batch((Entry({"eventID": "e-1"}, arrived=0.0),))).batch)
        1
    """

    batch: Batch
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """
    Told: an invocation failed for these records, and what happens now.

    Attributes:
        batch: What failed; after a partial answer, from the first failed record on.
        reason: What went wrong.
        next_step: What follows, for people: `retry 1 of 3`, `split in two`, ...
        retry_at: When they are sent again at the earliest, in seconds since 1970; None when they are given up.

    Example:
        >>> from pipes_trigger.delivery import Batch, Entry
        >>> batch = Batch((Entry({"eventID": "e-1"}, arrived=0.0),))
        >>> Failed(batch, reason="timed out", next_step="retry 1 of 10", retry_at=0.5).next_step
        'retry 1 of 10'
    """

    batch: Batch
    reason: str
    next_step: str
    retry_at: float | None


def why_refused(pattern: FilterPattern, record: Record) -> str:
    """
    Say in one line by which leaves a filter refused a record.
    """
    explanation = pattern.explain(record)
    near_miss = explanation.near_miss
    failed = [near_miss] if near_miss is not None else [leaf for leaf in explanation.leaves if not leaf.verdict]
    return "; ".join(str(leaf) for leaf in failed) or "each condition holds, but not within one element of a list"
