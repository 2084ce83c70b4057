"""
What a DynamoDB stream record in a pipe looks like, as data.

Source: "Amazon DynamoDB stream as a source for EventBridge Pipes" and the Lambda event examples (doc, read 2026-11).
"""

from __future__ import annotations

from enum import Enum, unique
from typing import TYPE_CHECKING, Final

from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping


@unique
class Kind(Enum):
    """
    What stands at a place of a record.
    """

    STRING = "a string"
    NUMBER_TEXT = "a number as a string"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    NULL = "true"
    OBJECT = "an object"
    ATTRIBUTES = "attributes by name"
    KEYS = "key attributes by name"
    ATTRIBUTE = "an attribute by its type"
    KEY = "a key attribute by its type"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """
    A place of a record.

    Attributes:
        kind: What stands there.
        fields: The places below an object, by key.
        is_many: Whether there can be several values.
    """

    kind: Kind
    fields: Mapping[str, Place] = field(default_factory=dict)
    is_many: bool = False

    @property
    def is_value(self) -> bool:
        """
        Whether a value stands there, and not an object.
        """
        return self.kind in _VALUES

    @property
    def is_typed(self) -> bool:
        """
        Whether attribute types stand below.
        """
        return self.kind in _TYPED

    def below(self, key: str) -> Place | None:
        """
        Return the place below a key, or None where a record has none.
        """
        if self.kind in _TYPED:
            if self.kind is Kind.KEY and key not in KEY_TYPES:
                return None
            kind, is_many = ATTRIBUTE_TYPES.get(key, (None, False))
            return _PLACES[kind, self.is_many or is_many] if kind else None
        if self.kind is Kind.ATTRIBUTES:
            return _PLACES[Kind.ATTRIBUTE, self.is_many]
        return _PLACES[Kind.KEY, False] if self.kind is Kind.KEYS else self.fields.get(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """
        The keys that can stand below, where they are known.
        """
        if self.kind in _TYPED:
            return KEY_TYPES if self.kind is Kind.KEY else tuple(ATTRIBUTE_TYPES)
        return tuple(self.fields)


# Tuples, because `in` compares their members by identity and hashes none.
_VALUES: Final = (Kind.STRING, Kind.NUMBER_TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.NULL)
_TYPED: Final = (Kind.ATTRIBUTE, Kind.KEY)
_PLACES: Final = {(kind, is_many): Place(kind, is_many=is_many) for kind in Kind for is_many in (False, True)}

# Each type with what stands below it, and whether that can be several values.
ATTRIBUTE_TYPES: Final = {
    "S": (Kind.STRING, False),
    "N": (Kind.NUMBER_TEXT, False),
    "B": (Kind.STRING, False),
    "BOOL": (Kind.BOOLEAN, False),
    "NULL": (Kind.NULL, False),
    "SS": (Kind.STRING, True),
    "NS": (Kind.NUMBER_TEXT, True),
    "BS": (Kind.STRING, True),
    "M": (Kind.ATTRIBUTES, False),
    "L": (Kind.ATTRIBUTE, True),
}
KEY_TYPES: Final = ("S", "N", "B")
EVENT_NAMES: Final = ("INSERT", "MODIFY", "REMOVE")
EVENT_SOURCE: Final = "aws:dynamodb"

# The events that have an image, and the view types that show it.
IMAGE_EVENTS: Final = {"NewImage": frozenset({"INSERT", "MODIFY"}), "OldImage": frozenset({"MODIFY", "REMOVE"})}
IMAGE_VIEWS: Final = {
    "NewImage": frozenset({"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}),
    "OldImage": frozenset({"OLD_IMAGE", "NEW_AND_OLD_IMAGES"}),
}
VIEW_TYPES: Final = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")

_TEXT: Final = Place(Kind.STRING)
_IMAGE: Final = Place(Kind.ATTRIBUTES)
_CHANGE: Final = Place(
    Kind.OBJECT,
    {
        "ApproximateCreationDateTime": Place(Kind.NUMBER),
        "Keys": Place(Kind.KEYS),
        "NewImage": _IMAGE,
        "OldImage": _IMAGE,
        "SequenceNumber": _TEXT,
        "SizeBytes": Place(Kind.NUMBER),
        "StreamViewType": _TEXT,
    },
)
RECORD: Final = Place(
    Kind.OBJECT,
    {
        "eventID": _TEXT,
        "eventName": _TEXT,
        "eventVersion": _TEXT,
        "eventSource": _TEXT,
        "awsRegion": _TEXT,
        "dynamodb": _CHANGE,
        "eventSourceARN": _TEXT,
        "userIdentity": Place(Kind.OBJECT, {"type": _TEXT, "principalId": _TEXT}),
    },
)

# Every record has a value there.
ALWAYS_PRESENT: Final = frozenset(
    {
        *("eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "eventSourceARN"),
        *("dynamodb.SequenceNumber", "dynamodb.SizeBytes", "dynamodb.StreamViewType"),
    }
)

# One page of the Pipes guide lists these, with `eventName`, as fields that a filter cannot use; AWS's own samples
# filter on `eventName`, so that one is accepted.
NOT_FILTERABLE: Final = frozenset(
    {
        *("awsRegion", "eventSource", "eventSourceARN", "eventVersion", "eventID"),
        *("invokeIdentityArn", "eventSourceKey"),
    }
)
