"""
What is told of records, from the events of running pipes.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.local import events
from pipes_trigger.testing import Fate, insert
from pipes_trigger.testing.fates import Diary

RECORD = insert({"id": "o-1"})
AT: dict[str, Any] = {"pipe": "announcer", "time": 0.0}
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:failed"

EVENTS = [
    (events.RecordRead(**AT, record=RECORD), "read", False),
    (
        events.RecordFiltered(**AT, record=RECORD, reasons=("a: no", "b: no")),
        "filtered: by a: no | b: no",
        True,
    ),
    (
        events.EnrichmentInvoked(**AT, records=(RECORD,), attempt=1, payload="[]"),
        "invoking: enrichment, attempt 1",
        False,
    ),
    (events.BatchInvoked(**AT, records=(RECORD,), attempt=2, payload="[]"), "invoking: attempt 2", False),
    (
        events.BatchFailed(
            **AT, records=(RECORD,), reason="KeyError", next_step="retry 1 of 3", retry_at=1.0, seconds=0.1
        ),
        "retrying: KeyError -> retry 1 of 3",
        False,
    ),
    (events.RecordDelivered(**AT, record=RECORD), "delivered: the target took it", True),
    (
        events.RecordDeadLettered(
            **AT, record=RECORD, condition="RetryAttemptsExhausted", reason="3 retries", destination=QUEUE
        ),
        "dead-lettered: 3 retries, to failed",
        True,
    ),
    (
        events.RecordDiscarded(**AT, record=RECORD, condition="RetryAttemptsExhausted", reason="3 retries"),
        "discarded: 3 retries, and the pipe has no dead-letter target",
        True,
    ),
    (
        events.DeadLetterFailed(**AT, records=(RECORD,), reason="no such queue", destination=QUEUE),
        "retrying: the dead-letter message was not taken: no such queue",
        False,
    ),
]


@pytest.mark.parametrize(("event", "line", "decided"), EVENTS, ids=[type(event).__name__ for event, *_ in EVENTS])
def test_each_event_is_a_fate(event: events.PipeEvent, line: str, *, decided: bool) -> None:
    """
    Each event is one line for people, and says whether that was the end.
    """
    diary = Diary()
    diary(event)

    (fate,) = diary.fates
    assert isinstance(fate, Fate)
    assert str(fate) == f"announcer: INSERT id=o-1 {line}"
    assert fate.is_decided == decided


def test_the_latest_is_what_counts() -> None:
    """
    A record has one fate in each pipe, the latest; records stay in the order in which they were read.
    """
    diary, second = Diary(), insert({"id": "o-2"})
    for record in (RECORD, second):
        diary(events.RecordRead(**AT, record=record))
    diary(events.RecordDelivered(**AT, record=RECORD))
    diary(events.RecordRead(pipe="other", time=0.0, record=RECORD))

    assert [(fate.pipe, fate.record, fate.state) for fate in diary.fates] == [
        ("announcer", RECORD, "delivered"),
        ("announcer", second, "read"),
        ("other", RECORD, "read"),
    ]


def test_troubles_of_a_pipe_are_told_below_its_records() -> None:
    """
    What happens to the pipe itself is told, too; what says nothing new is not.
    """
    diary = Diary()
    diary(events.PipeReady(**AT))
    diary(events.StreamUnavailable(**AT, reason="gone", retry_at=1.0))
    diary(events.PipeFailed(**AT, error=ValueError("no")))

    assert diary.lines() == [
        "no record was read: has a table been changed that one of the pipes reads?",
        "announcer cannot read its stream: gone",
        "announcer failed: no",
    ]
