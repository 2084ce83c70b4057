"""
How far a shard is decided, in a form that survives the process.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from pipes_trigger.delivery.batches import sequence_number
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.delivery.batches import Record


def lane_of(record: Record, lanes: int) -> int:
    """
    Say which of so many lanes a record belongs to: all changes of one item to the same one, in every process.

    Example:
        >>> changes = [{"dynamodb": {"Keys": {"id": {"S": "a"}}}}, {"dynamodb": {"Keys": {"id": {"S": "c"}}}}]
        >>> [lane_of(change, 2) for change in (*changes, *changes)]
        [1, 0, 1, 0]
    """
    if lanes == 1:
        return 0
    keys = json.dumps(record.get("dynamodb", {}).get("Keys"), sort_keys=True)
    return zlib.crc32(keys.encode()) % lanes


def place(number: str) -> int:
    """
    Give the place of a sequence number in its shard's order; before all others for the empty one.
    """
    return int(number) if number else -1


@dataclass(frozen=True, slots=True)
class ShardPosition:
    """
    How far each lane of a shard is decided; that is all there is to remember, because a lane decides in order.

    Attributes:
        lanes: For each lane the sequence number up to which everything in it is decided, empty where nothing is.

    Example:
        >>> position = ShardPosition(("3", "7"))
        >>> position.after
        '3'
        >>> position.is_decided({"dynamodb": {"Keys": {"id": {"S": "c"}}, "SequenceNumber": "6"}})
        False
        >>> position.is_decided({"dynamodb": {"Keys": {"id": {"S": "a"}}, "SequenceNumber": "6"}})
        True
    """

    lanes: tuple[str, ...] = ()

    @property
    def after(self) -> str:
        """
        The sequence number up to which everything in the shard is decided, empty where nothing is.
        """
        return min(self.lanes, key=place, default="")

    def is_decided(self, record: Record) -> bool:
        """
        Say whether a record needs no second look.
        """
        if not self.lanes:
            return False
        return place(sequence_number(record)) <= place(self.lanes[lane_of(record, len(self.lanes))])
