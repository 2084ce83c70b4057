"""
The structured log: one JSON object per event.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.delivery import event_id, sequence_number
from pipes_trigger.errors import PipesTriggerError
from pipes_trigger.local import events

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path
    from types import TracebackType

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")
# What functions say, and the values that a filter met, may be item data: the plain words before it are not.
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ]*")
_PLAIN_FIELDS: Final = (
    *("attempt", "condition", "destination", "elements", "next_step", "seconds", "retry_at", "shard_id", "after"),
)


def log_line(event: events.PipeEvent, *, records: bool = False) -> dict[str, Any]:
    """
    Write an event as a JSON-shaped object, without item data unless it is asked for.

    Args:
        event: The event.
        records: Write records, payloads, and the words of functions and filters, too.

    Example:
        >>> record = {"eventID": "1", "eventName": "INSERT", "dynamodb": {"SequenceNumber": "7"}}
        >>> log_line(events.RecordRead(pipe="orders", time=0.5, record=record))
        {'time': '1970-01-01T00:00:00.500+00:00', 'event': 'record_read', 'pipe': 'orders', 'eventID': '1', \
'sequenceNumber': '7', 'eventName': 'INSERT'}
    """
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(event.time, UTC).isoformat(timespec="milliseconds"),
        "event": _WORD.sub("_", type(event).__name__).lower(),
        "pipe": event.pipe,
    }
    record = getattr(event, "record", None)
    if record is not None:
        line |= {
            "eventID": event_id(record),
            "sequenceNumber": sequence_number(record),
            "eventName": record.get("eventName"),
        }
    many = getattr(event, "records", getattr(event, "undecided", None))
    if many is not None:
        line["eventIDs"] = [event_id(each) for each in many]
    line |= {name: getattr(event, name) for name in _PLAIN_FIELDS if hasattr(event, name)}
    line |= _words(event, records=records)
    if records:
        line |= {name: getattr(event, name) for name in ("record", "payload") if hasattr(event, name)}
    return line


def _words(event: events.PipeEvent, *, records: bool) -> dict[str, Any]:
    match event:
        case events.RecordFiltered(reasons=reasons):
            return {"reasons": list(reasons)} if records else {}
        case events.StreamUnavailable(reason=reason) | events.DeadLetterFailed(reason=reason):
            return {"reason": reason}  # what AWS said of a request without item data
        case events.PipeFailed(error=error):
            ours = isinstance(error, PipesTriggerError)
            return {"error": type(error).__name__, **({"reason": str(error)} if ours or records else {})}
    said = getattr(event, "reason", None)
    if said is None:
        return {}
    return {"reason": said if records else (_PLAIN.match(said) or [""])[0].strip()}


class TraceLog:
    """
    An observer that appends a line of JSON to a file for each event.

    Args:
        path: The file; it is made where it is not there.
        records: Write item data, too.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, path: Path, *, records: bool = False) -> None:
        self._file: TextIOWrapper = path.open("a", encoding="utf-8", buffering=1)
        self._records = records

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def event(self, event: events.PipeEvent) -> None:
        """
        Write the line of an event.
        """
        self._file.write(json.dumps(log_line(event, records=self._records)) + "\n")
