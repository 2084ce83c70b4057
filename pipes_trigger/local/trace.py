"""
The way of every record through the pipes, collected for the report.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pipes_trigger.delivery import event_id, sequence_number
from pipes_trigger.local import events
from pipes_trigger.local.telling import describe, describe_keys
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipes_trigger.delivery import Record
    from pipes_trigger.filters import FilterPattern

MOST_RECORDS: Final = 10_000
_MOST_NOTES: Final = 1_000
_KEYS_LENGTH: Final = 200
UNDECIDED: Final = "undecided"
_ENRICHED: Final = "enriched"
FATES: Final[dict[type[events.PipeEvent], str]] = {
    events.RecordFiltered: "filtered",
    events.RecordDelivered: "delivered",
    events.RecordDeadLettered: "dead-lettered",
    events.RecordDiscarded: "discarded",
}
_NOTES: Final[dict[type[events.PipeEvent], str]] = {
    events.StreamUnavailable: "stream down",
    events.RecordsTrimmed: "trimmed",
    events.PipeFailed: "pipe failed",
}

# When, what, in detail, and the batch's number or None.
Step: TypeAlias = "tuple[float, str, str, int | None]"


@dataclass(slots=True)
class _Way:
    """
    One record's way.
    """

    pipe: str
    time: float
    record: Record
    fate: str = UNDECIDED
    steps: list[Step] = field(default_factory=list)

    @property
    def batch(self) -> int | None:
        """
        The batch that the record was sent in last.
        """
        return next((number for *_, number in reversed(self.steps) if number is not None), None)


class Trace:
    """
    An observer that keeps the way of the latest records.

    Args:
        most: How many records are kept; of more the oldest are let go.
        clock: Gives the seconds since 1970.

    Attributes:
        filters: Each pipe's filters by its name, as far as they are known: they say why a record passed.

    Example:
        >>> trace = Trace()
        >>> record = {"eventID": "1", "eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "a"}}}}
        >>> trace.event(events.RecordRead(pipe="orders", time=1.0, record=record))
        >>> trace.event(events.RecordFiltered(pipe="orders", time=1.5, record=record, reasons=("status",)))
        >>> row = trace.data()["records"][0]
        >>> row["keys"], row["fate"], row["steps"]
        ('id=a', 'filtered', [(1.5, 'filtered', 'by status', None)])
    """

    def __init__(self, most: int = MOST_RECORDS, clock: Callable[[], float] = time.time) -> None:
        self.filters: dict[str, tuple[FilterPattern, ...]] = {}
        self._most = most
        self._clock = clock
        self._began = clock()
        self._ways: OrderedDict[tuple[str, str, str], _Way] = OrderedDict()
        self._notes: deque[tuple[float, str, str, str]] = deque(maxlen=_MOST_NOTES)
        self._batches = 0
        self._let_go = 0

    def event(self, event: events.PipeEvent) -> None:
        """
        Keep what an event says.
        """
        kind = type(event)
        if isinstance(event, events.RecordRead):
            self._read(event)
        elif kind in FATES:
            self._decide(event, FATES[kind])
        elif isinstance(event, events.EnrichmentInvoked | events.BatchInvoked):
            self._send(event)
        elif isinstance(event, events.EnrichmentAnswered):
            what = _many(event.elements, "event") if event.elements else "nothing"
            self._step(event, event.records, _ENRICHED, f"to {what}; {_lasted(event.seconds)}")
        elif isinstance(event, events.BatchSucceeded):
            self._step(event, event.records, "succeeded", _lasted(event.seconds))
        elif isinstance(event, events.BatchFailed):
            detail = f"{event.reason} -> {event.next_step}; {_lasted(event.seconds)}"
            self._step(event, event.records, "failed", detail)
        elif isinstance(event, events.DeadLetterFailed):
            self._step(event, event.records, "no dead letter", describe(event))
        elif kind in _NOTES:
            self._notes.append((event.time, event.pipe, _NOTES[kind], describe(event)))

    def data(self) -> dict[str, Any]:
        """
        Give everything that was kept, JSON-shaped; times are seconds since 1970.
        """
        return {
            "began": self._began,
            "ended": self._clock(),
            "let_go": self._let_go,
            "notes": list(self._notes),
            "records": [
                {
                    "pipe": way.pipe,
                    "time": way.time,
                    "change": way.record.get("eventName", ""),
                    "keys": describe_keys(way.record, _KEYS_LENGTH),
                    "fate": way.fate,
                    "steps": [*self._passed(way), *way.steps],
                    "record": way.record,
                }
                for way in list(self._ways.values())
            ],
        }

    def _passed(self, way: _Way) -> list[Step]:
        # Worked out when the report is written, and not for every record of a long run.
        filters = self.filters.get(way.pipe)
        if filters is None or way.fate == FATES[events.RecordFiltered]:
            return []
        if not filters:
            return [(way.time, "passed", "the pipe has no filter", None)]
        for number, pattern in enumerate(filters, 1):
            if pattern.matches(way.record):
                leaves = "; ".join(str(leaf) for leaf in pattern.explain(way.record).leaves if leaf.verdict)
                return [
                    (way.time, "passed", f"by {leaves}" if len(filters) == 1 else f"by filter {number}: {leaves}", None)
                ]
        return []

    def _read(self, event: events.RecordRead) -> None:
        # A record that is read again, after a restart, goes on where it was.
        if self._way(event.pipe, event.record) is None:
            self._ways[_key(event.pipe, event.record)] = _Way(event.pipe, event.time, event.record)
        while len(self._ways) > self._most:
            self._ways.popitem(last=False)
            self._let_go += 1

    def _send(self, event: events.EnrichmentInvoked | events.BatchInvoked) -> None:
        way = self._way(event.pipe, event.records[0])
        # The target gets the batch that was enriched: one number for both.
        follows = way is not None and bool(way.steps) and way.steps[-1][1] == _ENRICHED
        if not follows:
            self._batches += 1
        word = "enriching" if isinstance(event, events.EnrichmentInvoked) else "invoked"
        detail = f"attempt {event.attempt}, {_many(event.size, 'record')}"
        self._step(event, event.records, word, detail, None if follows else self._batches)

    def _decide(self, event: Any, fate: str) -> None:
        way = self._way(event.pipe, event.record)
        if way is None:
            return
        way.fate = fate
        # The batch's success, or the enrichment's answer, stands there already.
        if not isinstance(event, events.RecordDelivered):
            way.steps.append((event.time, fate, describe(event), None))

    def _step(
        self, event: events.PipeEvent, records: Iterable[Record], word: str, detail: str, batch: int | None = None
    ) -> None:
        for record in records:
            way = self._way(event.pipe, record)
            if way is not None:
                way.steps.append((event.time, word, detail, way.batch if batch is None else batch))

    def _way(self, pipe: str, record: Record) -> _Way | None:
        return self._ways.get(_key(pipe, record))


def _key(pipe: str, record: Record) -> tuple[str, str, str]:
    return pipe, sequence_number(record), str(event_id(record))


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _lasted(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
