"""
The message that a pipe leaves for records that it gives up.

The shape was read in messages of Pipes that people published; AWS documents none.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipes_trigger.delivery.batches import created, sequence_number
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.delivery.batches import Batch, Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardAddress:
    """
    Which shard of which stream a pipe reads.

    Attributes:
        pipe_arn: The pipe's ARN.
        stream_arn: The stream's ARN.
        shard_id: The shard's id.

    Example:
        >>> ShardAddress(pipe_arn="arn:pipe", stream_arn="arn:stream", shard_id="shardId-1").shard_id
        'shardId-1'
    """

    pipe_arn: str
    stream_arn: str
    shard_id: str


def dead_letter_message(batch: Batch, condition: Condition, address: ShardAddress, now: float) -> dict[str, Any]:
    """
    Write the message: where the records are in the stream, nothing of what is in them.

    Args:
        batch: The records that are given up.
        condition: Why.
        address: Where they were read.
        now: Seconds since 1970.

    Example:
        >>> from pipes_trigger.delivery import Batch, Condition, Entry
        >>> address = ShardAddress(pipe_arn="arn:pipe", stream_arn="arn:stream", shard_id="shardId-1")
        >>> batch = Batch((Entry({"dynamodb": {"SequenceNumber": "42"}}, arrived=0.0),))
        >>> message = dead_letter_message(batch, Condition.RETRY_ATTEMPTS_EXHAUSTED, address, now=0.0)
        >>> message["context"]["condition"], message["DDBStreamBatchInfo"]["startSequenceNumber"]
        ('RetryAttemptsExhausted', '42')
    """
    first, last = batch.records[0], batch.records[-1]
    return {
        "context": {"partnerResourceArn": address.pipe_arn, "condition": condition.value},
        "version": "1.0",
        "timestamp": timestamp(now, "milliseconds"),
        "DDBStreamBatchInfo": {
            "shardId": address.shard_id,
            "startSequenceNumber": sequence_number(first),
            "endSequenceNumber": sequence_number(last),
            # A record that does not tell its time (no stream writes one) gets the time of the message.
            "approximateArrivalOfFirstRecord": timestamp(_arrival(created(first), now)),
            "approximateArrivalOfLastRecord": timestamp(_arrival(created(last), now)),
            "batchSize": len(batch),
            "streamArn": address.stream_arn,
        },
    }


def _arrival(time: float | None, now: float) -> float:
    return now if time is None else time


def timestamp(time: float, precision: str = "seconds") -> str:
    """
    Write seconds since 1970 as an ISO 8601 time.

    Example:
        >>> timestamp(0.5), timestamp(0.5, "milliseconds")
        ('1970-01-01T00:00:00Z', '1970-01-01T00:00:00.500Z')
    """
    return datetime.fromtimestamp(time, UTC).isoformat(timespec=precision).replace("+00:00", "Z")
