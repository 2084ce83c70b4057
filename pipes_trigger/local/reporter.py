"""
Telling a pipe's observer, one event at a time, and counting the records' fates.
"""

from __future__ import annotations

import time
from collections import Counter
from threading import Condition, RLock
from typing import TYPE_CHECKING, Final

from pipes_trigger.local.events import (
    PipeStopped,
    RecordDeadLettered,
    RecordDelivered,
    RecordDiscarded,
    RecordFiltered,
    RecordRead,
)
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.local.events import Observer, PipeEvent

_COUNTED: Final = {
    RecordRead: "read",
    RecordFiltered: "filtered",
    RecordDelivered: "delivered",
    RecordDeadLettered: "dead_lettered",
    RecordDiscarded: "discarded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How many records met which fate so far.
    """

    read: int = 0
    filtered: int = 0
    delivered: int = 0
    dead_lettered: int = 0
    discarded: int = 0

    @property
    def undecided(self) -> int:
        """
        How many records were read and await their fate.
        """
        return self.read - self.filtered - self.delivered - self.dead_lettered - self.discarded


class Reporter:
    """
    The one voice of a pipe's threads.

    Args:
        observer: Told every event, one at a time, on whichever thread it happens.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._changed = Condition(RLock())
        self._counts: Counter[str] = Counter()
        self._closed = False

    @property
    def progress(self) -> Progress:
        """
        How far the pipe is.
        """
        with self._changed:
            return Progress(**self._counts)

    def tell(self, *events: PipeEvent) -> None:
        """
        Pass events on, one by one; nothing is passed on after `PipeStopped`.
        """
        with self._changed:
            try:
                for event in events:
                    self._pass_on(event)
            finally:
                self._changed.notify_all()

    def _pass_on(self, event: PipeEvent) -> None:
        if self._closed:
            return
        self._closed = isinstance(event, PipeStopped)
        if (name := _COUNTED.get(type(event))) is not None:
            self._counts[name] += 1
        self._observer(event)

    def wait(self, wanted: Callable[[Progress], bool], timeout: float) -> bool:
        """
        Wait until the progress is as wanted, the pipe has stopped, or `timeout` seconds are over; say whether it is.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not wanted(self.progress):
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    return False
                self._changed.wait(left)
            return True
