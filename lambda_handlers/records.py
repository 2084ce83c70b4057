"""
What the function gets from the pipe, and what it answers.

The pipe sends a JSON list with one envelope per record, `[{"Records": [record]}, ...]`, also for a single one. One
envelope, one with several records, a list of plain records and one plain record are taken, too, so that a handler
works with any template and in a test by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attributes import client_form, decode, decode_item, encode
from failures import UnreadableEventError, WholeBatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "Record",
    "answer",
    "client_form",
    "decode",
    "decode_item",
    "distinct",
    "encode",
    "read_records",
]

_FAULTS_NAMED: Final = 5
_SECONDS_MAX: Final = 253402300800  # the year 10000, which no `datetime` reaches


class Record(NamedTuple):
    """
    One change of one item.

    Attributes:
        raw: The record as it came.
        place: Where in the event it stands, such as `event[3]['Records'][0]`.

    Example:
        >>> arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
        >>> change = {"Keys": {"id": {"S": "7"}}, "OldImage": {"id": {"S": "7"}, "sum": {"N": "1"}}}
        >>> raw = {"eventID": "e1", "eventName": "REMOVE", "eventSourceARN": arn, "dynamodb": change}
        >>> record = Record(raw, "event[0]")
        >>> record.event_name, record.table, record.new_image, record.image["sum"]
        ('REMOVE', 'orders', None, {'N': '1'})
        >>> record.table_arn
        'arn:aws:dynamodb:eu-west-1:111122223333:table/orders'
    """

    raw: Mapping[str, Any]
    place: str

    @property
    def event_id(self) -> str | None:
        """
        The eventID, the same in every delivery of this record; None where the input template left it out.
        """
        return _text(self.raw.get("eventID"))

    @property
    def event_name(self) -> str | None:
        """
        `INSERT`, `MODIFY` or `REMOVE`; None where the input template left it out.
        """
        return _text(self.raw.get("eventName"))

    @property
    def table(self) -> str | None:
        """
        The table's name, from the stream's ARN; None where the input template left it out.
        """
        _, found, rest = (_text(self.raw.get("eventSourceARN")) or "").partition(":table/")
        return rest.partition("/")[0] if found else None

    @property
    def table_arn(self) -> str | None:
        """
        The table's ARN, from the stream's; None where the input template left it out.
        """
        stream = _text(self.raw.get("eventSourceARN")) or ""
        return stream.partition("/stream/")[0] if self.table else None

    @property
    def created(self) -> float | None:
        """
        The ApproximateCreationDateTime, in seconds since 1970; None where the input template left it out.
        """
        seconds = self.raw["dynamodb"].get("ApproximateCreationDateTime")
        return seconds if isinstance(seconds, int | float) and 0 <= seconds < _SECONDS_MAX else None

    @property
    def keys(self) -> Mapping[str, Any] | None:
        """
        The item's key in DynamoDB JSON.
        """
        return self._part("Keys")

    @property
    def new_image(self) -> Mapping[str, Any] | None:
        """
        The item after the change in DynamoDB JSON; None for a REMOVE, and where the stream does not carry it.
        """
        return self._part("NewImage")

    @property
    def old_image(self) -> Mapping[str, Any] | None:
        """
        The item before the change in DynamoDB JSON; None for an INSERT, and where the stream does not carry it.
        """
        return self._part("OldImage")

    @property
    def image(self) -> Mapping[str, Any]:
        """
        What is known of the item: after the change, else before it (REMOVE), else its key.
        """
        return self.new_image or self.old_image or self.keys or {}

    @property
    def identity(self) -> str:
        """
        What is the same in every delivery: the eventID, or without one a hash of all that came.

        Without an eventID two changes with the same content cannot be told apart.
        """
        return self.event_id or f"content-{sha256(json.dumps(self.raw, sort_keys=True).encode()).hexdigest()}"

    def _part(self, name: str) -> Mapping[str, Any] | None:
        # What Pipes renders for a path that the record does not have is documented nowhere; it is no image anyway.
        part = self.raw["dynamodb"].get(name)
        return part if isinstance(part, Mapping) and part else None


def read_records(event: Any) -> list[Record]:
    """
    Give the records of an event in their order.

    Raises:
        UnreadableEventError: When any part of the event is no record; then none of it was worked on.

    Example:
        >>> change = {"Keys": {"id": {"S": "7"}}}
        >>> event = [{"Records": [{"eventID": "e1", "dynamodb": change}]}, {"Records": [{"dynamodb": change}]}]
        >>> [(record.place, record.event_id) for record in read_records(event)]
        [("event[0]['Records'][0]", 'e1'), ("event[1]['Records'][0]", None)]
    """
    found = list(_walk(event, "event"))
    faults = [part for part in found if isinstance(part, str)]
    if faults:
        named = "; ".join(faults[:_FAULTS_NAMED])
        more = f"; and {len(faults) - _FAULTS_NAMED} more" if len(faults) > _FAULTS_NAMED else ""
        raise UnreadableEventError(f"{named}{more}; send DynamoDB stream records, as InputTemplate.record() does")
    return [part for part in found if isinstance(part, Record)]


def distinct(records: Iterable[Record]) -> list[Record]:
    """
    Give each record once, where its eventID tells that it came before.

    Example:
        >>> records = read_records([{"eventID": name, "dynamodb": {}} for name in ("e1", "e2", "e1")])
        >>> [record.event_id for record in distinct(records)]
        ['e1', 'e2']
    """
    found: dict[str, Record] = {}
    for record in records:
        found.setdefault(record.event_id or record.place, record)
    return [*found.values()]


def answer(failed: Iterable[Record]) -> dict[str, list[dict[str, str]]]:
    """
    Give the handler's answer: the failed records by their eventID, or an empty list when the whole batch succeeded.

    Raises:
        WholeBatchError: When a failed record has no eventID. To answer with an identifier that Pipes does not know
            fails the whole batch, too, and silently.

    Example:
        >>> answer([])
        {'batchItemFailures': []}
        >>> answer(read_records([{"eventID": "e1", "dynamodb": {}}]))
        {'batchItemFailures': [{'itemIdentifier': 'e1'}]}
    """
    failed = list(failed)
    nameless = [record.place for record in failed if record.event_id is None]
    if nameless:
        raise WholeBatchError(
            f"{len(failed)} of the records failed, and {len(nameless)} of them without an eventID to report it by "
            f"(the first: {nameless[0]}), so the whole batch fails; keep eventID in the input template"
        )
    identifiers = dict.fromkeys(record.event_id for record in failed if record.event_id)
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def _walk(part: Any, place: str) -> Iterator[Record | str]:
    """
    Yield records, and faults as text.
    """
    if isinstance(part, list):
        for position, element in enumerate(part):
            yield from _walk(element, f"{place}[{position}]")
    elif not isinstance(part, Mapping):
        yield f"{place} is no record but a {type(part).__name__}"
    elif isinstance(part.get("Records"), list):
        yield from _walk(part["Records"], f"{place}['Records']")
    elif isinstance(part.get("dynamodb"), Mapping):
        yield Record(part, place)
    else:
        yield f"{place} has neither 'Records' nor 'dynamodb'"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
