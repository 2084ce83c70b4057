"""
The machine's edges: dead-letter messages, payload sizes, records that cannot be rendered, misuse.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipes_trigger.delivery import (
    Backoff,
    Condition,
    DeadLetter,
    Filtered,
    Invoke,
    InvokeResult,
    InvokeStatus,
    ShardAddress,
    ShardDelivery,
)
from pipes_trigger.delivery.actions import why_refused
from pipes_trigger.errors import ConfigurationError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES
from pipes_trigger.templates import PipeContext

NOW = 1_800_000_000.0


def test_dead_letter_message(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    The message says where the records are and holds none of their data.
    """
    run = world(pipe(maximum_retry_attempts=0), failing_for("b", partial=False), now=NOW + 1.5)
    run.offer("ab", created=NOW)
    run.offer("c", created=NOW + 1)
    run.run()

    expected = {
        "context": {"partnerResourceArn": "arn:pipe", "condition": "RetryAttemptsExhausted"},
        "version": "1.0",
        "timestamp": "2027-01-15T08:00:01.500Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-1",
            "startSequenceNumber": "000000000000000000097",
            "endSequenceNumber": "000000000000000000099",
            "approximateArrivalOfFirstRecord": "2027-01-15T08:00:00Z",
            "approximateArrivalOfLastRecord": "2027-01-15T08:00:01Z",
            "batchSize": 3,
            "streamArn": "arn:stream",
        },
    }
    assert [expected] == [letter.message for letter in run.dead_letters]


def test_dead_letter_message_of_a_timeless_record(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A record that does not tell its time is dead-lettered with the time of the message.
    """
    run = world(pipe(maximum_retry_attempts=0), failing_for("a", partial=False))
    run.offer("a", created=None)
    run.run()

    assert run.dead_letters[0].message["DDBStreamBatchInfo"]["approximateArrivalOfLastRecord"] == "2027-01-15T08:00:00Z"


def test_payloads_stay_within_the_limit(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A batch ends before the record that would take it past 6 MB, and is full then, whatever the window.
    """
    run = world(
        pipe(batch_size=10, batching_window=300, padding=LAMBDA_PAYLOAD_BYTES // 2 - 100),
        failing_for("", partial=False),
    )
    run.offer("abc")
    run.run()

    assert run.invoked == ["ab", "c"]
    assert run.invoked_at == [0.0, 300.0]


def test_one_record_over_the_limit_is_sent_alone(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A record that is too large by itself goes alone: the target has to refuse it.
    """
    run = world(pipe(batch_size=10, padding=LAMBDA_PAYLOAD_BYTES), failing_for("", partial=False))
    run.offer("ab")
    run.run()

    assert run.invoked == ["a", "b"]


def test_record_that_cannot_be_rendered(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A record that the template cannot be rendered for is given up untried and keeps no other from being sent.
    """
    run = world(pipe(batching_window=300, unrenderable=frozenset("bc")), failing_for("", partial=False))
    run.offer("abcd")
    run.run()

    assert run.invoked == ["a", "d"]
    assert run.dead == [("b", Condition.RETRY_ATTEMPTS_EXHAUSTED), ("c", Condition.RETRY_ATTEMPTS_EXHAUSTED)]
    assert (
        run.dead_letters[0].reason
        == "the input template cannot be rendered: [IT999] $.gone: is not there; leave it out"
    )


def test_record_that_cannot_be_rendered_opens_no_window(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    There is nothing to wait for before giving up a record that can never be sent.
    """
    run = world(pipe(batching_window=300, unrenderable=frozenset("a")), failing_for("", partial=False))
    run.offer("a")
    run.run()

    assert [letters for letters, _condition in run.dead] == ["a"]
    assert run.waits == []


def test_context_tells_the_time_of_rendering(pipe: Any, record: Any) -> None:
    """
    What reserved variables stand for is passed on, with the time at which the record was offered and so rendered.
    """
    address = ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0")
    delivery = ShardDelivery(pipe(), address, context=PipeContext(pipe_name="orders"))
    delivery.offer([record("a")], NOW)
    action = delivery.next(NOW + 5)

    assert isinstance(action, Invoke)
    assert json.loads(action.payload)[0]["at"] == "2027-01-15T08:00:00Z"


def test_one_batch_at_a_time(pipe: Any, record: Any) -> None:
    """
    Nothing is asked for while a batch is in flight, and what is undecided can be told.
    """
    delivery = ShardDelivery(pipe(batch_size=2), ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0"))
    records = [record(letter) for letter in "abc"]
    delivery.offer(records, NOW)

    assert isinstance(delivery.next(NOW), Invoke)
    assert delivery.next(NOW) is None
    assert tuple(records) == delivery.undecided
    assert len(records) == delivery.pending
    delivery.answered(InvokeResult(InvokeStatus.ANSWERED), NOW)
    assert (records[2],) == delivery.undecided


def test_results_need_something_in_flight(pipe: Any, record: Any) -> None:
    """
    A result that nobody waits for is a mistake of the caller and says so.
    """
    delivery = ShardDelivery(pipe(maximum_retry_attempts=0), ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0"))
    delivery.offer([record("a")], NOW)
    with pytest.raises(RuntimeError, match=r"^answered\(\) without an Invoke in flight; call next\(\) first$"):
        delivery.answered(InvokeResult(InvokeStatus.ANSWERED), NOW)
    delivery.next(NOW)
    with pytest.raises(RuntimeError, match=r"^discarded\(\) without a DeadLetter in flight; call next\(\) first$"):
        delivery.discarded(None, NOW)
    delivery.answered(InvokeResult(InvokeStatus.FUNCTION_ERROR), NOW)
    assert isinstance(delivery.next(NOW), DeadLetter)


def test_filtered_tells_the_leaf(record: Any) -> None:
    """
    A refused record tells for each filter by which leaf, or leaves where several refuse it.
    """
    filters = (
        FilterPattern({"eventName": ["REMOVE"]}),
        FilterPattern({"eventName": ["MODIFY"], "dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}}),
    )

    assert Filtered(record("a"), filters).reasons == (
        "eventName: wanted 'REMOVE', found 'INSERT'",
        "dynamodb.NewImage.status.S: wanted 'PENDING', found nothing; eventName: wanted 'MODIFY', found 'INSERT'",
    )


def test_filtered_across_list_elements() -> None:
    """
    Where each condition holds, but in different elements of a list, that is the reason.
    """
    pattern = FilterPattern({"list": {"a": [1], "b": [2]}}, service="event_bus")

    assert why_refused(pattern, {"list": [{"a": 1}, {"b": 2}]}) == (
        "each condition holds, but not within one element of a list"
    )


def test_backoff_is_checked() -> None:
    """
    Every number of a backoff that is out of range is named, all at once.
    """
    with pytest.raises(ConfigurationError) as raised:
        Backoff(first=-1, factor=0.5, longest=-2)

    assert [str(violation) for violation in raised.value.violations] == [
        "[DL002] first: must be 0 seconds or more, got -1; pass 0 or more",
        "[DL003] factor: must be 1 to 10, got 0.5; pass 2 to double",
        "[DL004] longest: must be at least first (-1 seconds), got -2; pass -1 or more",
    ]


def test_backoff_wants_finite_numbers() -> None:
    """
    Infinity is no wait.
    """
    with pytest.raises(ConfigurationError) as raised:
        Backoff(longest=float("inf"))

    assert str(raised.value) == "[DL001] longest: must be a finite number, got inf; pass seconds, such as 0.5"


def test_backoff_never_overflows() -> None:
    """
    A million failures in a row wait as long as the longest wait.
    """
    assert Backoff().delay(1_000_000) == 30.0
