"""
What a record of a DynamoDB stream holds, by event name and view type.
"""

from __future__ import annotations

from typing import Any, Final

from pipes_trigger.filters.record_shape import EVENT_SOURCE, IMAGE_EVENTS, IMAGE_VIEWS

# The view type that has everything: with it only faults of the event name are found, whatever the stream really has.
MOST_PERMISSIVE: Final = "NEW_AND_OLD_IMAGES"
IMAGES: Final = tuple(IMAGE_EVENTS)
TTL_IDENTITY: Final = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
SCALAR_TYPES: Final = ("S", "N", "B", "BOOL", "NULL")
SET_TYPES: Final = ("SS", "NS", "BS")


def images(event_name: str, view_type: str) -> tuple[str, ...]:
    """
    Say which images a record has.

    Example:
        >>> images("MODIFY", "NEW_AND_OLD_IMAGES"), images("INSERT", "OLD_IMAGE")
        (('NewImage', 'OldImage'), ())
    """
    return tuple(each for each in IMAGES if event_name in IMAGE_EVENTS[each] and view_type in IMAGE_VIEWS[each])


def skeleton(event_name: str, view_type: str) -> dict[str, Any]:
    """
    Make what every record has, with empty keys and images.
    """
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": EVENT_SOURCE,
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_767_225_600,
            "Keys": {},
            **{image: {} for image in images(event_name, view_type)},
            "SequenceNumber": "100000000000000000001",
            "SizeBytes": 26,
            "StreamViewType": view_type,
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/table/stream/2026-01-01T00:00:00.000",
    }
