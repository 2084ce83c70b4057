"""
What becomes of a batch that failed, and of records that got too old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipes_trigger.delivery.batches import Condition, created
from pipes_trigger.limits import STREAM_RETENTION_SECONDS
from pipes_trigger.quick_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from pipes_trigger.delivery.batches import Batch, Record
    from pipes_trigger.delivery.settings import PipeSettings


@dataclass(frozen=True, slots=True)
class FollowUp:
    """
    What follows a failure.

    Attributes:
        parts: The batches that take the failed one's place, the next one first.
        next_step: The same in words.
    """

    parts: tuple[Batch, ...]
    next_step: str

    @property
    def given_up(self) -> bool:
        """
        Whether the records go to the dead-letter target.
        """
        return self.parts[0].condition is not None


def follow_up(batch: Batch, pipe: PipeSettings, *, partial: bool, counts: bool) -> FollowUp:
    """
    Decide how a failed batch goes on.

    Args:
        batch: What failed; after a partial answer, from the first failed record on.
        pipe: The pipe's settings.
        partial: Whether records before it succeeded in the same invocation.
        counts: Whether the failure uses up a retry.
    """
    most = pipe.maximum_retry_attempts
    if not counts:
        return FollowUp((batch,), "retry, not counted")
    if pipe.bisect and partial:
        return FollowUp((batch,), "split before the first failed record")
    if pipe.bisect and len(batch) > 1:
        return FollowUp(batch.split(len(batch) // 2), "split in two")
    if 0 <= most <= batch.retries:
        given_up = batch.given_up(Condition.RETRY_ATTEMPTS_EXHAUSTED, batch.reason)
        return FollowUp((given_up,), f"given up after {most} {'retry' if most == 1 else 'retries'}")
    retry = batch.retries + 1
    return FollowUp((replace(batch, retries=retry),), f"retry {retry}" + (f" of {most}" if most >= 0 else ""))


def maximum_age(pipe: PipeSettings) -> int:
    """
    Give the seconds after which a record is given up: the pipe's, but never longer than the stream keeps it.
    """
    age = pipe.maximum_record_age
    return min(age, STREAM_RETENTION_SECONDS) if age > 0 else STREAM_RETENTION_SECONDS


def expires_at(record: Record, age: int) -> float:
    """
    Say when a record reaches `age` seconds, in seconds since 1970; never where it does not tell its time.
    """
    time = created(record)
    return float("inf") if time is None else time + age


def part_by_age(batch: Batch, age: int, now: float) -> tuple[Batch, ...]:
    """
    Cut a batch where records that are too old meet records that are not, and give up the first part if it is too old.
    """
    expired = [expires_at(record, age) <= now for record in batch.records]
    parts: tuple[Batch, ...] = (batch,)
    if (not expired[0]) in expired:
        parts = batch.split(expired.index(not expired[0]))
    if not expired[0]:
        return parts
    reason = f"older than {age} s" + (f"; last failure: {batch.reason}" if batch.reason else "")
    return (parts[0].given_up(Condition.RECORD_AGE_EXCEEDED, reason), *parts[1:])
