"""
The threads that carry one shard's records to the target, one for each lane.
"""

from __future__ import annotations

from threading import Condition, Thread
from typing import TYPE_CHECKING, Final

from pipes_trigger.delivery import DeadLetter, Enrich, Invoke, Wait
from pipes_trigger.local.events import RecordFiltered, RecordRead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipes_trigger.delivery import Lanes, Record, ShardDelivery, ShardPosition
    from pipes_trigger.local.carrier import Carrier
    from pipes_trigger.local.reporter import Reporter

# Waits end early when something is offered; this only keeps a wait for an age limit within what a lock can take.
_LONGEST_WAIT: Final = 3600.0
_LEAST_ROOM: Final = 1000


class ShardWorker:
    """
    Does what a shard's lanes ask for, on a thread for each.

    Args:
        lanes: The lanes.
        carrier: Does it.
        name: The pipe's name, for the events.
        thread_name: The threads' name.
        batch_size: The pipe's batch size.
        reporter: Told what was read and filtered.
        clock: Gives the seconds since 1970.
        failed: Told an unexpected error; its thread ends with it.
    """

    def __init__(
        self,
        lanes: Lanes,
        carrier: Carrier,
        *,
        name: str,
        thread_name: str,
        batch_size: int,
        reporter: Reporter,
        clock: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        self._lanes = lanes
        self._carrier = carrier
        self._name = name
        self._reporter = reporter
        self._clock = clock
        self._failed = failed
        self._changed = Condition()
        self._stopping = False
        self._busy = 0
        # A function may run for 15 minutes: daemons, so that the program can end before it answers.
        self._threads = [Thread(target=self._run, args=(lane,), name=thread_name, daemon=True) for lane in lanes]
        # Enough to fill the next batches while some are in flight, and no more than that of a busy stream.
        self._room = max(2 * batch_size * len(self._threads), _LEAST_ROOM)

    @property
    def has_room(self) -> bool:
        """
        Whether more records may be offered.
        """
        with self._changed:
            return self._lanes.pending < self._room

    @property
    def idle(self) -> bool:
        """
        Whether every record's fate is decided and told.
        """
        with self._changed:
            return not self._busy and not self._lanes.pending

    @property
    def undecided(self) -> tuple[Record, ...]:
        """
        The records whose fate is open, in stream order.
        """
        with self._changed:
            return self._lanes.undecided

    @property
    def position(self) -> ShardPosition:
        """
        How far the shard is decided.
        """
        with self._changed:
            return self._lanes.position

    def start(self) -> None:
        """
        Start the threads.
        """
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """
        Ask the threads to end after what they are doing.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, left: Callable[[], float]) -> None:
        """
        Wait for the threads' end.

        Args:
            left: Gives the seconds that are left for it.
        """
        for thread in self._threads:
            thread.join(left())

    def offer(self, records: Sequence[Record]) -> None:
        """
        Take records that were read, in stream order.
        """
        now = self._clock()
        self._reporter.tell(*[RecordRead(pipe=self._name, time=now, record=record) for record in records])
        with self._changed:
            refused = self._lanes.offer(records, now)
            self._changed.notify_all()
        for note in refused:
            event = RecordFiltered(pipe=self._name, time=now, record=note.record, reasons=note.reasons)
            self._reporter.tell(event)

    def _run(self, lane: ShardDelivery) -> None:
        try:
            while (action := self._next(lane)) is not None:
                self._carrier.carry(lane, action, self._changed)
                with self._changed:
                    self._busy -= 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it has to reach the caller
            self._failed(error)

    def _next(self, lane: ShardDelivery) -> Enrich | Invoke | DeadLetter | None:
        with self._changed:
            while not self._stopping:
                now = self._clock()
                action = lane.next(now)
                if isinstance(action, Enrich | Invoke | DeadLetter):
                    self._busy += 1
                    return action
                self._changed.wait(min(action.until - now, _LONGEST_WAIT) if isinstance(action, Wait) else None)
        return None
