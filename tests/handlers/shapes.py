"""
Answers and images that the tests of several handlers ask for.
"""

from __future__ import annotations

from typing import Any


def failed(*event_ids: str) -> dict[str, list[dict[str, str]]]:
    """
    Give the answer that names these records.
    """
    return {"batchItemFailures": [{"itemIdentifier": event_id} for event_id in event_ids]}


def image_of(size: int) -> dict[str, Any]:
    """
    Give an image with which the message of the record `event-1` has this many bytes, its attributes counted.
    """
    empty = '{"eventID":"event-1","eventName":"INSERT","table":"requests","keys":{"id":"item-1"},'
    empty += '"newImage":{"id":"item-1","text":""}}'
    attributes = "eventNameStringINSERTtableStringrequests"
    return {"text": {"S": "x" * (size - len(empty) - len(attributes))}}
