"""
Records as actions of OpenSearch's bulk API, without sending anything.

A change becomes a whole document or a removal, so only the last change of each item in a batch is sent, and the earlier
ones share its fate. Across batches a version keeps an older change from overwriting a newer one:

- The `SequenceNumber` cannot be that version: it has 21 to 40 digits [doc], a version is a 64-bit whole number.
- The time of the change, in milliseconds, can. DynamoDB rounds it down to the second [doc], so two changes may have the
  same one, and of two the one that comes later counts (`external_gte`): what the stream delivers in order stays in
  order, and a record that is delivered again much later overwrites nothing but a change of its own second.
- A whole number of the item that grows with each change, where there is one, is exact.

OpenSearch forgets the version of a removed document after `index.gc_deletes`, 60 seconds by default [doc].
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attributes import decode, decode_item
from failures import RecordError
from plain import as_text, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from paths import AttributePath
    from records import Record

_ID_BYTES: Final = 512  # OpenSearch (doc): the longest `_id`
_VERSION_MAX: Final = 2**63 - 1
_CONFLICT: Final = 409
_BUSY: Final = 429
_SERVER_ERROR: Final = 500


class Action(NamedTuple):
    """
    What is to be done with one document.

    Attributes:
        records: The record that says so, and the earlier ones of the same item that came with it.
        identifier: The document's `_id`.
        lines: The action and the document as JSON lines.
        order: A larger one is of a later change.
    """

    records: tuple[Record, ...]
    identifier: str
    lines: bytes
    order: tuple[int, int]


def action_of(record: Record, version: AttributePath | None) -> Action:
    r"""
    Give what a record does to its document.

    Raises:
        RecordError: When it has no keys, no new image for a document, no version, or a value that has no JSON.

    Example:
        >>> from records import Record
        >>> key = {"id": {"S": "7"}}
        >>> change = {"Keys": key, "NewImage": {**key, "sum": {"N": "1.50"}}, "ApproximateCreationDateTime": 1700000000}
        >>> record = Record({"eventID": "e1", "eventName": "INSERT", "dynamodb": change}, "event[0]")
        >>> print(action_of(record, None).lines.decode().strip())
        {"index":{"_id":"7","version":1700000000000,"version_type":"external_gte"}}
        {"id":"7","sum":1.50}
    """
    removed = record.event_name == "REMOVE"
    if not record.keys:
        raise RecordError("has no dynamodb.Keys to name its document by; keep it in the input template")
    if not removed and record.new_image is None:
        raise RecordError("has no new image; the stream has to carry it, and the input template to keep it")
    number = _version(record, version)
    identifier = _identifier(record)
    fields = {"_id": identifier, "version": number, "version_type": "external_gte"}
    text = json.dumps({"delete" if removed else "index": fields}, separators=(",", ":")) + "\n"
    if not removed:
        text += to_json(decode_item(record.new_image or {})) + "\n"
    return Action((record,), identifier, text.encode(), (number, _sequence(record)))


def newest(actions: Iterable[Action]) -> list[Action]:
    """
    Give one action for each document: the last one, with the records of all.
    """
    found: dict[str, Action] = {}
    for action in actions:
        earlier = found.get(action.identifier)
        if earlier is None:
            found[action.identifier] = action
        else:
            last = action if action.order >= earlier.order else earlier
            found[action.identifier] = last._replace(records=earlier.records + action.records)
    return [*found.values()]


def requests_of(actions: Iterable[Action], limit: int) -> Iterator[list[Action]]:
    """
    Give the actions in requests of at most `limit` bytes.
    """
    request: list[Action] = []
    size = 0
    for action in actions:
        if request and size + len(action.lines) > limit:
            yield request
            request, size = [], 0
        request.append(action)
        size += len(action.lines)
    if request:
        yield request


class Verdict(NamedTuple):
    """
    What OpenSearch says of one action: done, to be tried again, or neither, and why; `words` may quote an item.
    """

    done: bool
    again: bool
    reason: str
    words: str = ""


def verdict_of(status: int, kind: str | None = None) -> Verdict:
    """
    Read the status of an action or of a whole request; `kind` is the type of the error.

    Example:
        >>> verdict_of(409, "version_conflict_engine_exception").done  # something newer is there already
        True
        >>> verdict_of(400, "mapper_parsing_exception")
        Verdict(done=False, again=False, reason='400 mapper_parsing_exception', words='')
        >>> verdict_of(429).again, verdict_of(503).again
        (True, True)
    """
    again = status == _BUSY or status >= _SERVER_ERROR
    return Verdict(done=status == _CONFLICT, again=again, reason=f"{status} {kind}" if kind else str(status))


def verdicts_of(body: bytes, count: int) -> list[Verdict]:
    """
    Read the answer to a bulk request of `count` actions.

    A document that is not there to be removed is no error.

    Example:
        >>> answer = b'{"items": [{"index": {"status": 201}}, {"delete": {"status": 404}}]}'
        >>> [verdict.done for verdict in verdicts_of(answer, 3)]
        [True, True, False]
    """
    try:
        items = json.loads(body)["items"]
        found = [_verdict(outcome) for item in items for outcome in item.values()]
    except (AttributeError, KeyError, TypeError, ValueError):
        found = []
    missing = Verdict(done=False, again=False, reason="no answer")
    return (found + [missing] * count)[:count]


def _verdict(outcome: dict[str, Any]) -> Verdict:
    error = outcome.get("error")
    if error is None:
        return Verdict(done=True, again=False, reason="")
    kind, words = (error.get("type"), error.get("reason")) if isinstance(error, dict) else (None, error)
    return verdict_of(int(outcome["status"]), kind)._replace(words=str(words or ""))


def _version(record: Record, path: AttributePath | None) -> int:
    if path is None:
        if record.created is None:
            raise RecordError(
                "has no dynamodb.ApproximateCreationDateTime to order it by; keep it in the input template"
            )
        return int(record.created * 1000)
    value = path.find(record.image)
    number = decode(value) if value and "N" in value else None
    if number is None or number != number.to_integral_value() or not 0 <= number <= _VERSION_MAX:
        raise RecordError(f"{path} is no whole number from 0 to {_VERSION_MAX}, and the version of the document")
    return int(number)


def _sequence(record: Record) -> int:
    text = record.raw["dynamodb"].get("SequenceNumber")
    return int(text) if isinstance(text, str) and text.isdecimal() and text.isascii() else -1


def _identifier(record: Record) -> str:
    """
    Give the `_id` of an item: the text of its key, or of both keys as a JSON list in the order of their names.
    """
    texts = [as_text(value) for _, value in sorted((record.keys or {}).items())]
    text = (texts[0] or "") if len(texts) == 1 else json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    written = text.encode("utf-8", "surrogatepass")
    return text if 0 < len(written) <= _ID_BYTES else sha256(written).hexdigest()
