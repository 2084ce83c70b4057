"""
Counting and waiting.
"""

from __future__ import annotations

from typing import Any

from pipes_trigger.local.events import PipeStopped, RecordDelivered, RecordRead
from pipes_trigger.local.reporter import Progress, Reporter

READ = RecordRead(pipe="p", time=0.0, record={})
DELIVERED = RecordDelivered(pipe="p", time=0.0, record={})
STOPPED = PipeStopped(pipe="p", time=0.0, undecided=())


def test_fates_are_counted() -> None:
    """
    What was read and not yet decided is the difference.
    """
    reporter = Reporter(lambda _event: None)
    for event in (READ, READ, DELIVERED):
        reporter.tell(event)

    assert reporter.progress == Progress(read=2, delivered=1)
    assert reporter.progress.undecided == 1


def test_the_end_is_the_end() -> None:
    """
    Nothing is told or counted after the end, and nobody waits for it.
    """
    told: list[Any] = []
    reporter = Reporter(told.append)
    for event in (STOPPED, READ, STOPPED):
        reporter.tell(event)

    assert told == [STOPPED]
    assert not reporter.wait(lambda progress: progress.read == 1, timeout=60)


def test_waiting_ends_as_soon_as_it_is_so() -> None:
    """
    What is so already is not waited for.
    """
    reporter = Reporter(lambda _event: None)
    reporter.tell(READ)

    assert reporter.wait(lambda progress: progress.read == 1, timeout=0)
    assert not reporter.wait(lambda progress: progress.read == 2, timeout=0)
