"""
DynamoDB stream records from plain Python items, in the form that a pipe filters and renders.

Nothing here reads a clock or rolls dice: the same calls make the same records.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict

from pipes_trigger.errors import Violation
from pipes_trigger.filters.record_shape import EVENT_SOURCE, IMAGE_VIEWS, KEY_TYPES, VIEW_TYPES
from pipes_trigger.proof.shape import TTL_IDENTITY
from pipes_trigger.quick_dataclasses import dataclass, field
from pipes_trigger.testing.items import AttributeValue, ItemError, marshal, size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

ViewType: TypeAlias = Literal["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"]
Record: TypeAlias = dict[str, Any]
Item: TypeAlias = "Mapping[str, object]"

# The Streams API (doc) gives a sequence number 21 to 40 digits.
_FIRST_SEQUENCE_NUMBER: Final = 10**20


class StreamOptions(TypedDict, total=False):
    """
    What the module's functions take beside the items: the fields of `Stream`.
    """

    keys: tuple[str, ...]
    view_type: ViewType
    table: str
    region: str
    account: str
    stream_label: str
    partition: str
    created: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """
    A table's stream that writes records, numbering them from 1 on.

    Attributes:
        keys: Names of the table's key attributes, partition key first.
        view_type: Which images the records hold.
        table: The table's name.
        region: The region of table and stream.
        account: The account of table and stream.
        stream_label: The end of the stream's ARN, an ISO 8601 time.
        partition: `aws`, `aws-cn`, `aws-us-gov`, ...
        created: `ApproximateCreationDateTime`, in seconds since 1970.

    Raises:
        ItemError: A view type that does not exist, or a table without keys.

    Example:
        >>> stream = Stream(table="orders", view_type="KEYS_ONLY")
        >>> record = stream.insert({"id": "o-1", "total": 12})
        >>> record["dynamodb"]["Keys"], record["dynamodb"]["SequenceNumber"], "NewImage" in record["dynamodb"]
        ({'id': {'S': 'o-1'}}, '100000000000000000001', False)
        >>> stream.remove({"id": "o-1"})["dynamodb"]["SequenceNumber"]
        '100000000000000000002'
    """

    keys: tuple[str, ...] = ("id",)
    view_type: ViewType = "NEW_AND_OLD_IMAGES"
    table: str = "orders"
    region: str = "us-east-1"
    account: str = "123456789012"
    stream_label: str = "2026-01-01T00:00:00.000"
    partition: str = "aws"
    created: float = 1_767_225_600
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1), repr=False, compare=False)

    def __post_init__(self) -> None:
        faults = []
        if self.view_type not in VIEW_TYPES:
            fix = f"use one of {', '.join(VIEW_TYPES)}"
            faults.append(Violation("RC006", "view_type", f"there is no {self.view_type!r}", fix))
        if not isinstance(self.keys, tuple) or not self.keys:
            fix = "pass a tuple of one or two attribute names, such as ('id',)"
            faults.append(Violation("RC006", "keys", f"must name the table's keys, got {self.keys!r}", fix))
        if faults:
            raise ItemError(faults)

    @property
    def arn(self) -> str:
        """
        The stream's ARN.
        """
        return (
            f"arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/{self.table}/stream/{self.stream_label}"
        )

    def insert(self, item: Item) -> Record:
        """
        Make the record of a new item.

        Raises:
            ItemError: The item has a value that DynamoDB cannot hold, or lacks a key.
        """
        return self._record("INSERT", new=self._image(item, "item"))

    def modify(self, old: Item, new: Item) -> Record:
        """
        Make the record of a changed item.

        Raises:
            ItemError: As for `insert`; and if the keys differ, or nothing does (DynamoDB then writes no record).
        """
        before, after = self._image(old, "old"), self._image(new, "new")
        if before == after:
            problem = "is equal to old, and DynamoDB writes no record for that"
            raise ItemError([Violation("RC008", "new", problem, "change an attribute")])
        faults = [
            Violation(
                "RC008", f"new[{key!r}]", f"key changed from {before[key]} to {after[key]}", "remove, then insert"
            )
            for key in self.keys
            if before[key] != after[key]
        ]
        if faults:
            raise ItemError(faults)
        return self._record("MODIFY", old=before, new=after)

    def remove(self, item: Item) -> Record:
        """
        Make the record of a deleted item.

        Raises:
            ItemError: As for `insert`.
        """
        return self._record("REMOVE", old=self._image(item, "item"))

    def ttl_expiry(self, item: Item) -> Record:
        """
        Make the record of an item that DynamoDB deleted by its time to live: a REMOVE with a `userIdentity`.

        Raises:
            ItemError: As for `insert`.
        """
        return self.remove(item) | {"userIdentity": dict(TTL_IDENTITY)}

    def _image(self, item: Item, path: str) -> dict[str, AttributeValue]:
        image = marshal(item, path)
        faults = []
        for key in self.keys:
            kind, value = next(iter(image.get(key, {}).items()), ("", ""))
            if kind not in KEY_TYPES or not value:
                problem = f"a key must be a non-empty str, number or bytes, got {image.get(key, 'nothing')}"
                faults.append(
                    Violation("RC007", f"{path}[{key!r}]", problem, "set it, or pass the table's keys as keys=")
                )
        if faults:
            raise ItemError(faults)
        return image

    def _record(
        self,
        name: str,
        old: dict[str, AttributeValue] | None = None,
        new: dict[str, AttributeValue] | None = None,
    ) -> Record:
        number = next(self._numbers)
        image = new or old or {}
        images = {"NewImage": new, "OldImage": old}
        shown = {name: each for name, each in images.items() if each and self.view_type in IMAGE_VIEWS[name]}
        sections = {"Keys": {key: image[key] for key in self.keys}} | shown
        identity = f"{self.arn} {number} {name}".encode()
        return {
            "eventID": hashlib.md5(identity, usedforsecurity=False).hexdigest(),
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": EVENT_SOURCE,
            "awsRegion": self.region,
            "dynamodb": {
                "ApproximateCreationDateTime": self.created,
                **sections,
                "SequenceNumber": str(_FIRST_SEQUENCE_NUMBER + number),
                "SizeBytes": sum(size(section) for section in sections.values()),
                "StreamViewType": self.view_type,
            },
            "eventSourceARN": self.arn,
        }


# One numbering for all functions below, so that any two records of a test run differ and are in order.
_numbers = itertools.count(1)


def _stream(sequence: int | None, options: StreamOptions) -> Stream:
    return Stream(**options, _numbers=_numbers if sequence is None else itertools.count(sequence))


def insert(item: Item, *, sequence: int | None = None, **stream: Unpack[StreamOptions]) -> Record:
    """
    Make the record of a new item; the options are the fields of `Stream`.

    Numbers go up from call to call; `sequence=1` pins the number and with it the eventID.

    Raises:
        ItemError: The item has a value that DynamoDB cannot hold, or lacks a key.

    Example:
        >>> record = insert({"id": "o-1", "total": 12}, sequence=1)
        >>> record["eventName"], record["dynamodb"]["NewImage"]
        ('INSERT', {'id': {'S': 'o-1'}, 'total': {'N': '12'}})
    """
    return _stream(sequence, stream).insert(item)


def modify(old: Item, new: Item, *, sequence: int | None = None, **stream: Unpack[StreamOptions]) -> Record:
    """
    Make the record of a changed item; options as for `insert`.

    Raises:
        ItemError: As for `insert`; and if the keys differ, or nothing does (DynamoDB then writes no record).

    Example:
        >>> record = modify({"id": "o-1", "paid": False}, {"id": "o-1", "paid": True})
        >>> record["dynamodb"]["OldImage"]["paid"], record["dynamodb"]["NewImage"]["paid"]
        ({'BOOL': False}, {'BOOL': True})
    """
    return _stream(sequence, stream).modify(old, new)


def remove(item: Item, *, sequence: int | None = None, **stream: Unpack[StreamOptions]) -> Record:
    """
    Make the record of a deleted item; options as for `insert`.

    Raises:
        ItemError: As for `insert`.

    Example:
        >>> sorted(remove({"id": "o-1"}, view_type="NEW_IMAGE")["dynamodb"])
        ['ApproximateCreationDateTime', 'Keys', 'SequenceNumber', 'SizeBytes', 'StreamViewType']
    """
    return _stream(sequence, stream).remove(item)


def ttl_expiry(item: Item, *, sequence: int | None = None, **stream: Unpack[StreamOptions]) -> Record:
    """
    Make the record of an item that DynamoDB deleted by its time to live; options as for `insert`.

    Raises:
        ItemError: As for `insert`.

    Example:
        >>> ttl_expiry({"id": "o-1", "ttl": 1})["userIdentity"]
        {'type': 'Service', 'principalId': 'dynamodb.amazonaws.com'}
    """
    return _stream(sequence, stream).ttl_expiry(item)
