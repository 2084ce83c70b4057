"""
Several batches of a shard in flight: which record takes which lane, and what is remembered of it.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.delivery import (
    DeadLetter,
    Invoke,
    InvokeResult,
    InvokeStatus,
    Lanes,
    ShardAddress,
    ShardPosition,
    lane_of,
)

NOW = 1_800_000_000.0
ADDRESS = ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0")
DONE = InvokeResult(InvokeStatus.ANSWERED)
FAILED = InvokeResult(InvokeStatus.FUNCTION_ERROR)
# Of two lanes, the item "a" takes the second and the item "c" the first.
A, C = 1, 0


def change(number: int, item: str) -> dict[str, Any]:
    """
    Make a change of an item.
    """
    return {"eventID": f"{item}{number}", "dynamodb": {"SequenceNumber": str(number), "Keys": {"id": {"S": item}}}}


def changes(items: str, first: int = 1) -> list[dict[str, Any]]:
    """
    Make a change of each item that a letter stands for.
    """
    return [change(number, item) for number, item in enumerate(items, first)]


def sent(action: Any) -> list[str]:
    """
    Name the records of an invocation.
    """
    assert isinstance(action, Invoke)
    return [record["eventID"] for record in action.batch.records]


def test_items_keep_their_lane() -> None:
    """
    The changes of an item are in one lane, in order, whatever else there is; items are spread over all lanes.
    """
    lanes = [lane_of(change(0, f"item-{number}"), 10) for number in range(200)]

    assert set(range(10)) == set(lanes)
    assert (lane_of(change(0, "a"), 2), lane_of(change(0, "c"), 2)) == (A, C)
    assert lane_of({"dynamodb": {"Keys": {"a": {"S": "1"}, "b": {"S": "2"}}}}, 7) == lane_of(
        {"dynamodb": {"Keys": {"b": {"S": "2"}, "a": {"S": "1"}}}}, 7
    )


def test_batches_of_different_lanes_are_in_flight_together(pipe: Any) -> None:
    """
    Each lane has a batch of its own in flight, and none waits for another.
    """
    lanes = Lanes(pipe(parallelization_factor=2), ADDRESS)
    lanes.offer(changes("aacac"), NOW)
    first, second = lanes

    assert sent(first.next(NOW)) == ["c3", "c5"]
    assert sent(second.next(NOW)) == ["a1", "a2", "a4"]
    assert [record["eventID"] for record in lanes.undecided] == ["a1", "a2", "c3", "a4", "c5"]
    assert lanes.pending == 5


def test_a_lane_that_fails_holds_up_no_other(pipe: Any) -> None:
    """
    While one lane waits to try again the other goes on.
    """
    lanes = Lanes(pipe(parallelization_factor=2, batch_size=1), ADDRESS)
    lanes.offer(changes("acc"), NOW)
    first, second = lanes
    second.next(NOW)
    second.answered(FAILED, NOW)

    for number in (2, 3):
        assert sent(first.next(NOW)) == [f"c{number}"]
        first.answered(DONE, NOW)
    assert lanes.position == ShardPosition(("3", ""))


def test_position_of_an_idle_lane_moves_on(pipe: Any) -> None:
    """
    A lane with nothing to do is as far as the shard was read, so that an old position holds nothing up.
    """
    lanes = Lanes(pipe(parallelization_factor=2, refused=frozenset({"c4"})), ADDRESS)
    lanes.offer(changes("aaa"), NOW)
    assert lanes.position == ShardPosition(("3", ""))
    lanes.offer(changes("c", first=4), NOW)
    assert lanes.position == ShardPosition(("4", ""))

    list(lanes)[A].next(NOW)
    list(lanes)[A].answered(DONE, NOW)
    assert lanes.position == ShardPosition(("4", "4"))
    lanes.offer(changes("c", first=5), NOW)
    assert lanes.position == ShardPosition(("4", "5"))


def test_partial_answers_and_dead_letters_are_decided(pipe: Any) -> None:
    """
    What a partial answer lets through is decided, and what is dead-lettered, but not before the message was sent.
    """
    lanes = Lanes(pipe(maximum_retry_attempts=0), ADDRESS)
    lanes.offer(changes("abc"), NOW)
    (lane,) = lanes
    lane.next(NOW)
    answer = '{"batchItemFailures": [{"itemIdentifier": "b2"}]}'
    lane.answered(InvokeResult(InvokeStatus.ANSWERED, answer=answer), NOW)
    assert lanes.position == ShardPosition(("1",))

    assert isinstance(lane.next(NOW), DeadLetter)
    lane.discarded("no queue", NOW)
    assert lanes.position == ShardPosition(("1",))
    assert isinstance(lane.next(NOW + 60), DeadLetter)
    lane.discarded(None, NOW)
    assert lanes.position == ShardPosition(("3",))


def test_start_is_the_position_until_more_is_known(pipe: Any) -> None:
    """
    A shard that is taken up again is as far as it was, also while it reads over what is decided already.
    """
    start = ShardPosition(("2", "9"))
    lanes = Lanes(pipe(parallelization_factor=2), ADDRESS, start=start)
    assert lanes.position == start

    lanes.offer(changes("c", first=3), NOW)
    assert lanes.position == start
    list(lanes)[C].next(NOW)
    list(lanes)[C].answered(DONE, NOW)
    assert lanes.position == ShardPosition(("3", "9"))


def test_another_number_of_lanes_knows_only_the_shard(pipe: Any) -> None:
    """
    Lanes of another number begin where the whole shard is decided; what one of the old lanes had decided is told apart.
    """
    start = ShardPosition(("2", "9"))

    assert Lanes(pipe(parallelization_factor=3), ADDRESS, start=start).position == ShardPosition(("2", "2", "2"))
    assert [start.is_decided(record) for record in changes("acac", first=2)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("lanes", "after"), [((), ""), (("",), ""), (("10", "9"), "9"), (("", "9"), ""), (("100", "20"), "20")]
)
def test_reading_begins_after_the_lowest_lane(lanes: tuple[str, ...], after: str) -> None:
    """
    A shard is read again from the lowest of its lanes, by number and not by spelling.
    """
    assert after == ShardPosition(lanes).after


def test_nothing_is_decided_at_the_beginning() -> None:
    """
    A position that nobody wrote decides nothing.
    """
    assert not ShardPosition().is_decided(change(1, "a"))
    assert not ShardPosition(("",)).is_decided(change(1, "a"))
