"""
Dead-letter messages, read back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.delivery import Batch, Condition, Entry, ShardAddress, dead_letter_message
from pipes_trigger.redrive import DeadLetterMessageError, GivenUp

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[..., dict[str, Any]]

STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
KEEP_OUT = "keep other messages out of the queue"


def test_what_the_runtime_writes_is_read_back() -> None:
    """
    The message of the local runtime and the reader of it agree on every field.
    """
    records = [
        {"dynamodb": {"SequenceNumber": str(number), "ApproximateCreationDateTime": number}} for number in (7, 8)
    ]
    batch = Batch(tuple(Entry(record, 0.0) for record in records))
    address = ShardAddress(pipe_arn="arn:aws:pipes:eu-west-1:1:pipe/orders", stream_arn=STREAM, shard_id="shard-1")

    written = dead_letter_message(batch, Condition.RETRY_ATTEMPTS_EXHAUSTED, address, 9.0)

    assert GivenUp.parse(json.dumps(written)) == GivenUp(
        pipe_arn="arn:aws:pipes:eu-west-1:1:pipe/orders",
        stream_arn=STREAM,
        shard_id="shard-1",
        first="7",
        last="8",
        batch_size=2,
        condition="RetryAttemptsExhausted",
        arrived=8.0,
    )


def test_a_notification_is_unwrapped(dead_letter: Write) -> None:
    """
    A queue behind a dead-letter topic holds notifications around the messages.
    """
    wrapped = json.dumps({"Type": "Notification", "Message": json.dumps(dead_letter(1, 2))})

    assert GivenUp.parse(wrapped) == GivenUp.parse(json.dumps(dead_letter(1, 2)))


@pytest.mark.parametrize("body", ["", "hello", "[1]", "null", "[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: str) -> None:
    """
    Text, other JSON and JSON without end are named, shortened.
    """
    with pytest.raises(DeadLetterMessageError) as caught:
        GivenUp.parse(body)

    shown = repr(body) if len(repr(body)) <= 60 else f"{repr(body)[:57]}..."
    assert str(caught.value) == f"[RD001] body: must be a JSON object, got {shown}; {KEEP_OUT}"


def test_every_fault_of_a_message_is_named() -> None:
    """
    A message of something else says at once all that it lacks.
    """
    with pytest.raises(DeadLetterMessageError) as caught:
        GivenUp.parse('{"context": 5, "DDBStreamBatchInfo": {"streamArn": "x", "startSequenceNumber": "-1"}}')

    assert [f"{fault.path} {fault.problem}" for fault in caught.value.violations] == [
        "context.partnerResourceArn must be the ARN of a pipe, got None",
        "context.condition must be text, got None",
        "DDBStreamBatchInfo.streamArn must be the ARN of a DynamoDB stream, got 'x'",
        "DDBStreamBatchInfo.shardId must be a shard's id, got None",
        "DDBStreamBatchInfo.startSequenceNumber must be a number as text, got '-1'",
        "DDBStreamBatchInfo.endSequenceNumber must be a number as text, got None",
        "DDBStreamBatchInfo.approximateArrivalOfLastRecord must be an ISO 8601 time, got None",
        "DDBStreamBatchInfo.batchSize must be a number from 1, got None",
    ]


def test_a_range_that_ends_before_it_begins_is_refused(dead_letter: Write) -> None:
    """
    Such a range would be read for ever without finding its end.
    """
    with pytest.raises(DeadLetterMessageError) as caught:
        GivenUp.parse(json.dumps(dead_letter(10, 9, batch_size=1)))

    assert str(caught.value) == (
        f"[RD002] DDBStreamBatchInfo.endSequenceNumber: lies before startSequenceNumber 10, got 9; {KEEP_OUT}"
    )
