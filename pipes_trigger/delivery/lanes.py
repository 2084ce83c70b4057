"""
One shard's records, shared out so that several batches can be in flight and the order of each item holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.delivery.batches import sequence_number
from pipes_trigger.delivery.policy import Backoff
from pipes_trigger.delivery.positions import ShardPosition, lane_of, place
from pipes_trigger.delivery.shard import ShardDelivery
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipes_trigger.delivery.actions import Filtered
    from pipes_trigger.delivery.batches import Record
    from pipes_trigger.delivery.deadletters import ShardAddress
    from pipes_trigger.delivery.settings import PipeSettings
    from pipes_trigger.templates import PipeContext

_DEFAULT_BACKOFF: Final = Backoff()
_NOWHERE: Final = ShardPosition()


class Lanes:
    """
    As many deliveries of one shard side by side as the pipe has a parallelization factor.

    All changes of an item take the same lane, so their order holds; changes of different items may overtake each other
    where there is more than one lane. That the order is kept per item is told for Lambda's event source mappings, not
    for Pipes [?]. A lane that cannot go on holds up no other, as long as what waits fits into memory.

    Args:
        pipe: The pipe's settings.
        address: The pipe, stream and shard, as the dead-letter message names them.
        backoff: How long to wait after failures.
        context: What the template's reserved variables stand for, as for `ShardDelivery`.
        start: How far the shard was decided before; what is decided is not offered again.
        payload_bytes: The most that the pipe's first stop takes at once, as for `ShardDelivery`.

    Example:
        >>> from pipes_trigger.delivery import ShardAddress
        >>> from pipes_trigger.spec import PipeSpec
        >>> pipe = PipeSpec(logical_id="Pipe", name="orders", source="s", target="t", parallelization_factor=2)
        >>> lanes = Lanes(pipe, ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0"))
        >>> items = enumerate(["b", "c", "b"])
        >>> lanes.offer(
        ...     [{"dynamodb": {"SequenceNumber": str(n), "Keys": {"id": {"S": item}}}} for n, item in items], now=0
        ... )
        ()
        >>> [len(lane.next(now=0).batch) for lane in lanes]
        [1, 2]
    """

    def __init__(
        self,
        pipe: PipeSettings,
        address: ShardAddress,
        backoff: Backoff = _DEFAULT_BACKOFF,
        context: PipeContext | None = None,
        start: ShardPosition = _NOWHERE,
        *,
        payload_bytes: int = LAMBDA_PAYLOAD_BYTES,
    ) -> None:
        number = pipe.parallelization_factor
        # Of lanes of another number, which hold other items, only what is known of the whole shard is known of each.
        known = start.lanes if len(start.lanes) == number else (start.after,) * number
        self._lanes = tuple(
            ShardDelivery(pipe, address, backoff, context, decided, payload_bytes=payload_bytes) for decided in known
        )

    def __iter__(self) -> Iterator[ShardDelivery]:
        return iter(self._lanes)

    @property
    def pending(self) -> int:
        """
        How many records that passed the filter are undecided.
        """
        return sum(lane.pending for lane in self._lanes)

    @property
    def undecided(self) -> tuple[Record, ...]:
        """
        The records that passed the filter and are undecided, in stream order, those in flight included.
        """
        records = [record for lane in self._lanes for record in lane.undecided]
        return tuple(sorted(records, key=lambda record: place(sequence_number(record))))

    @property
    def position(self) -> ShardPosition:
        """
        How far each lane is decided.
        """
        return ShardPosition(tuple(lane.decided for lane in self._lanes))

    def offer(self, records: Iterable[Record], now: float) -> tuple[Filtered, ...]:
        """
        Take records that were read, in stream order, and tell which of them the filters refuse.

        Args:
            records: The records.
            now: Seconds since 1970.
        """
        if len(self._lanes) == 1:
            return self._lanes[0].offer(records, now)
        refused: list[Filtered] = []
        seen = ""
        for record in records:
            lane = self._lanes[lane_of(record, len(self._lanes))]
            refused += lane.offer((record,), now)
            seen = sequence_number(record)
        for lane in self._lanes:
            lane.passed(seen)
        return tuple(refused)
