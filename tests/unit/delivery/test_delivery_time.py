"""
Waiting: windows, backoff, record age.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipes_trigger.delivery import Backoff, Condition, InvokeResult, InvokeStatus, Wait

NOW = 1_800_000_000.0
DAY = 86_400


def test_no_window_sends_what_is_there(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    With a window of 0 nothing waits for a full batch.
    """
    run = world(pipe(batch_size=3), failing_for("", partial=False))
    run.offer("abcde")
    run.run()

    assert run.invoked == ["abc", "de"]
    assert run.waits == []


def test_window_counts_from_the_first_record(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A batch that is not full is sent when the window is over that its first record began.
    """
    run = world(pipe(batch_size=3, batching_window=10), failing_for("", partial=False))
    run.offer("a")
    assert Wait(NOW + 10) == run.delivery.next(NOW)
    run.now = NOW + 4
    run.offer("b")
    run.run()

    assert run.invoked == ["ab"]
    assert run.now == NOW + 10


def test_full_batch_does_not_wait(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A full batch is sent within the window; what is left over waits.
    """
    run = world(pipe(batch_size=2, batching_window=10), failing_for("", partial=False))
    run.offer("abc")
    run.run()

    assert run.invoked == ["ab", "c"]
    assert run.waits == [10.0]


def test_filtered_records_take_no_place(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    Records are filtered before they are batched: those that do not pass fill no batch and open no window.
    """
    run = world(pipe(batch_size=2, batching_window=10, refused=frozenset("bd")), failing_for("", partial=False))
    run.offer("bd")
    assert run.delivery.next(NOW) is None
    run.offer("abcd")
    run.run()

    assert run.invoked == ["ac"]
    assert run.filtered == ["b", "d", "b", "d"]
    assert run.waits == []


def test_waits_grow_until_a_success(pipe: Any, world: Any) -> None:
    """
    Waits double with every failure in a row, up to the longest, and a success starts them anew.
    """
    outcomes = iter("fffff.f.")

    def target(_sent: str) -> InvokeResult:
        failed = next(outcomes) == "f"
        return InvokeResult(InvokeStatus.FUNCTION_ERROR if failed else InvokeStatus.ANSWERED)

    run = world(pipe(batch_size=1, maximum_retry_attempts=-1), target)
    run.offer("ab")
    run.run()

    assert run.waits == [1.0, 2.0, 4.0, 8.0, 8.0, 1.0]
    assert run.delivered == ["a", "b"]


def test_partial_success_is_a_success(pipe: Any, world: Any) -> None:
    """
    A partial answer, which takes records off the batch, starts the waits anew.
    """
    outcomes = iter(["?", "?", "b", ""])

    def target(_sent: str) -> InvokeResult:
        failures = [{"itemIdentifier": name} for name in next(outcomes)]
        return InvokeResult(InvokeStatus.ANSWERED, json.dumps({"batchItemFailures": failures}))

    run = world(pipe(maximum_retry_attempts=-1), target)
    run.offer("ab")
    run.run()

    assert run.waits == [1.0, 2.0, 1.0]
    assert run.delivered == ["a", "b"]


@pytest.mark.parametrize("status", [InvokeStatus.THROTTLED, InvokeStatus.UNREACHABLE])
def test_internal_errors_use_up_no_retry(pipe: Any, world: Any, status: InvokeStatus) -> None:
    """
    Throttling and an unreachable target are retried without counting and without splitting the batch.
    """
    outcomes = iter([status] * 5 + [InvokeStatus.ANSWERED])
    run = world(pipe(maximum_retry_attempts=0, bisect=True), lambda _sent: InvokeResult(next(outcomes)))
    run.offer("ab")
    run.run()

    assert run.invoked == ["ab"] * 6
    assert run.delivered == ["ab"]
    assert {"retry, not counted"} == {note.next_step for note in run.failed}


@pytest.mark.parametrize("status", [InvokeStatus.TIMED_OUT, InvokeStatus.REFUSED, InvokeStatus.FUNCTION_ERROR])
def test_customer_errors_use_up_retries(pipe: Any, world: Any, status: InvokeStatus) -> None:
    """
    A time-out, a refusal and a function error count as retries.
    """
    run = world(pipe(maximum_retry_attempts=2), lambda _sent: InvokeResult(status, reason="why"))
    run.offer("ab")
    run.run()

    assert run.invoked == ["ab"] * 3
    assert run.dead == [("ab", Condition.RETRY_ATTEMPTS_EXHAUSTED)]
    assert f"{status.label}: why" == run.dead_letters[0].reason


def test_age_ends_endless_retries(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    With retries without end a record is given up at the moment it reaches the maximum age, not a backoff later.
    """
    run = world(pipe(maximum_retry_attempts=-1, maximum_record_age=60), failing_for("a", partial=False))
    run.offer("a")
    run.run()

    assert run.dead == [("a", Condition.RECORD_AGE_EXCEEDED)]
    assert run.now == NOW + 60
    assert run.dead_letters[0].reason == "older than 60 s; last failure: function error: boom"


@pytest.mark.parametrize(("age", "limit"), [(-1, DAY), (604_800, DAY), (3_600, 3_600)])
def test_no_record_outlives_the_stream(pipe: Any, world: Any, failing_for: Any, age: int, limit: int) -> None:
    """
    Without a maximum age, or with one past the stream's 24 hours, a record is retried for 24 hours.
    """
    slow = Backoff(first=600, longest=3_000)
    run = world(pipe(maximum_retry_attempts=-1, maximum_record_age=age), failing_for("a", partial=False), backoff=slow)
    run.offer("a")
    run.run()

    assert NOW + limit == run.now
    assert run.dead == [("a", Condition.RECORD_AGE_EXCEEDED)]


def test_old_records_are_never_sent(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    Records that are too old when they are read are given up unsent, those beside them are sent.
    """
    run = world(pipe(maximum_record_age=60), failing_for("", partial=False))
    run.offer("ab", created=NOW - 60)
    run.offer("c", created=NOW - 59)
    run.offer("d", created=None)
    run.run()

    assert run.dead == [("ab", Condition.RECORD_AGE_EXCEEDED)]
    assert run.dead_letters[0].reason == "older than 60 s"
    assert run.delivered == ["cd"]


def test_an_old_record_among_young_ones(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A record that is too old between younger ones parts the batch and nothing is reordered.
    """
    run = world(pipe(maximum_record_age=60), failing_for("", partial=False))
    run.offer("a")
    run.offer("b", created=NOW - 100)
    run.offer("c")
    run.run()

    assert run.invoked == ["a", "c"]
    assert run.dead == [("b", Condition.RECORD_AGE_EXCEEDED)]


def test_dead_letters_of_old_records_wait_too(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A dead-letter message that cannot be sent waits as long for a record that is too old.
    """
    errors = iter(["no such queue", "no such queue", None])
    run = world(pipe(maximum_record_age=60), failing_for("", partial=False), dead_letter_error=lambda _: next(errors))
    run.offer("a", created=NOW - 100)
    run.run()

    assert run.waits == [1.0, 2.0]
    assert run.dead == [("a", Condition.RECORD_AGE_EXCEEDED)]


def test_dead_letters_are_sent_until_they_arrive(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    Nothing behind it is sent, and nothing is forgotten, while a dead-letter message cannot be sent.
    """
    errors = iter(["no such queue", "no such queue", None])
    run = world(
        pipe(batch_size=1, maximum_retry_attempts=0, maximum_record_age=60),
        failing_for("a", partial=False),
        dead_letter_error=lambda _letters: next(errors),
    )
    run.offer("ab")
    run.run()

    assert run.dead == [("a", Condition.RETRY_ATTEMPTS_EXHAUSTED)]
    assert run.waits == [2.0, 4.0]
    assert run.invoked == ["a", "b"]
