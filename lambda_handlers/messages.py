"""
A record as a message: body, attributes, size.
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from attributes import decode, decode_item
from failures import RecordError
from plain import as_text, escaped, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paths import AttributePath
    from records import Record

EVENT_NAME: Final = "eventName"
TABLE: Final = "table"

_sorted_json: Final = json.JSONEncoder(sort_keys=True).encode  # `json.dumps` would make an encoder for each record
_DEDUPLICATION_ID: Final = re.compile(r"[!-~]{1,128}")  # the API models of SNS and SQS


class Message:
    """
    What is sent for one record.

    Args:
        record: Where it comes from.
        body: JSON text.
        attributes: Message attributes, as boto3 takes them.
        size: What counts against the limit of SNS and SQS, in bytes: body, and name, type and value of each attribute.
    """

    def __init__(self, record: Record, body: str, attributes: dict[str, dict[str, str]], size: int) -> None:
        self.record: Final = record
        self.body: Final = body
        self.attributes: Final = attributes
        self.size: Final = size

    @cached_property
    def group(self) -> str:
        """
        The item, as a `MessageGroupId`.
        """
        return group_of(self.record)

    def entry(self, identifier: str, body: str, *, fifo: bool) -> dict[str, Any]:
        """
        Give the entry of a batch request to SNS or SQS, which call the `body` by another name.
        """
        entry: dict[str, Any] = {"Id": identifier, body: self.body}
        if self.attributes:
            entry["MessageAttributes"] = self.attributes
        if fifo:
            entry["MessageGroupId"] = self.group
            entry["MessageDeduplicationId"] = _deduplication_id(self.record)
        return entry


def message_of(
    record: Record, paths: Mapping[str, AttributePath], *, omit_missing: bool, whole_record: bool
) -> Message:
    """
    Give the message of a record.

    Raises:
        RecordError: When an attribute is missing that may not be, or a value has no JSON or UTF-8.
    """
    found = {name: _attribute(path.find(record.image)) for name, path in paths.items()}
    missing = [f"{name}: the item has no {paths[name]}" for name, attribute in found.items() if attribute is None]
    if missing and not omit_missing:
        raise RecordError("; ".join(missing))
    always = {EVENT_NAME: record.event_name, TABLE: record.table}
    attributes = {name: _string(value) for name, value in always.items() if value}
    attributes |= {name: attribute for name, attribute in found.items() if attribute}
    body = body_of(record, whole_record=whole_record)
    size = _size(body, attributes)
    return Message(record=record, body=body, attributes=attributes, size=size)


def body_of(record: Record, *, whole_record: bool) -> str:
    """
    Give the JSON text of the change, or of the record as it came.

    Raises:
        RecordError: When a value has no JSON.

    Example:
        >>> from records import Record
        >>> change = {"Keys": {"id": {"S": "7"}}, "NewImage": {"id": {"S": "7"}, "sum": {"N": "1.50"}}}
        >>> body_of(Record({"eventID": "e1", "dynamodb": change}, "event[0]"), whole_record=False)
        '{"eventID":"e1","keys":{"id":"7"},"newImage":{"id":"7","sum":1.50}}'
    """
    return _whole(record) if whole_record else _change(record)


def group_of(record: Record) -> str:
    """
    Give the `MessageGroupId` of a record: one per item, so that what is FIFO keeps the order of its changes.

    Records without keys all share one group: slow, but in order.
    """
    item = _sorted_json([record.table, record.keys and dict(record.keys)])
    return sha256(item.encode()).hexdigest()


def _deduplication_id(record: Record) -> str:
    identity = record.identity
    return identity if _DEDUPLICATION_ID.fullmatch(identity) else sha256(identity.encode()).hexdigest()


def _change(record: Record) -> str:
    parts = {"keys": record.keys, "newImage": record.new_image, "oldImage": record.old_image}
    fields: dict[str, Any] = {"eventID": record.event_id, EVENT_NAME: record.event_name, TABLE: record.table}
    fields |= {name: decode_item(part) for name, part in parts.items() if part}
    return to_json({name: value for name, value in fields.items() if value is not None})


def _whole(record: Record) -> str:
    return escaped(json.dumps(record.raw, ensure_ascii=False, separators=(",", ":")))


def _attribute(value: dict[str, Any] | None) -> dict[str, str] | None:
    """
    Give a message attribute that subscription filters can work with, or None where there is no value.

    Binary goes as base64 text, as in the body.
    """
    text = as_text(value)
    if value is None or text is None:
        return None
    if "N" in value:
        return {"DataType": "Number", "StringValue": text}
    content = decode(value)
    if isinstance(content, list | set) and not any(isinstance(part, dict | list | set) for part in content):
        return {"DataType": "String.Array", "StringValue": text}
    return _string(text)


def _string(text: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": text}


def _size(body: str, attributes: Mapping[str, Mapping[str, str]]) -> int:
    try:
        parts = [body, *attributes, *(part for attribute in attributes.values() for part in attribute.values())]
        return sum(len(part.encode()) for part in parts)
    except UnicodeEncodeError:
        raise RecordError("a message attribute holds half a character (a lone surrogate)") from None
