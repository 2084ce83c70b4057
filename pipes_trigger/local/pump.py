"""
From the stream to the workers: every shard's records to the thread that delivers them.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from pipes_trigger.local.checkpoints import ShardCheckpoint
from pipes_trigger.local.shard import StreamUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.delivery import ShardPosition
    from pipes_trigger.local.shard import ShardReader
    from pipes_trigger.local.stream import StreamReader
    from pipes_trigger.local.worker import ShardWorker

LOOK_SECONDS: Final = 10.0  # A shard is read for hours; a new one loses nothing by waiting this long.


class Pump:
    """
    Reads all shards of a stream in turn, each into a worker of its own, as long as that has room.

    Args:
        stream: The stream.
        new_worker: Makes the worker of a shard, by its id and how far the shard was decided before.
        lost: Told the shard and the last record read where the stream forgot records before they were read.
        clock: Gives the seconds since 1970.
    """

    def __init__(
        self,
        stream: StreamReader,
        new_worker: Callable[[str, ShardPosition], ShardWorker],
        lost: Callable[[str, str], None],
        clock: Callable[[], float],
    ) -> None:
        self._stream = stream
        self._new_worker = new_worker
        self._lost = lost
        self._clock = clock
        self._look_at = 0.0
        # By shard, with the second from which on its records count. Made on the thread that polls, used from others.
        self._workers: dict[str, tuple[ShardWorker, int]] = {}
        self._lock = Lock()

    @property
    def opened(self) -> bool:
        """
        Whether no change can be missed any more.
        """
        return self._stream.opened

    def poll(self) -> bool:
        """
        Read every shard once, and say whether there was anything.

        Raises:
            StreamUnavailableError: Polling later may work; every shard that could be read was.
            LocalRunError: The stream is gone, or may not be read.
        """
        found = False
        unavailable: StreamUnavailableError | None = None
        for reader in self._stream.readers:
            worker = self._worker(reader)
            if reader.closed or not worker.has_room:
                continue
            try:
                page = reader.read()
            except StreamUnavailableError as error:
                unavailable = error
                continue
            if page.trimmed_after is not None:
                self._lost(reader.shard_id, page.trimmed_after)
            if page.records:
                worker.offer(page.records)
                found = True
        if unavailable is not None:
            raise unavailable
        return found

    def stop_workers(self) -> list[ShardWorker]:
        """
        Ask every worker to end after what it is doing, and give them.
        """
        with self._lock:
            workers = [worker for worker, _since in self._workers.values()]
        for worker in workers:
            worker.stop()
        return workers

    def look(self) -> None:
        """
        Retire shards that are done with, and look for new ones when it is time or there is no other.

        Raises:
            StreamUnavailableError: Looking later may work.
            LocalRunError: The stream is gone, or may not be read.
        """
        readers = self._stream.readers
        done = [reader for reader in readers if reader.closed and self._worker(reader).idle]
        for reader in done:
            with self._lock:
                worker, _since = self._workers.pop(reader.shard_id)
                self._stream.finish(reader.shard_id)
            worker.stop()
        if done or not readers or self._clock() >= self._look_at:
            self._stream.refresh()
            self._look_at = self._clock() + LOOK_SECONDS
        for reader in self._stream.readers:
            self._worker(reader)

    def checkpoint(self) -> dict[str, ShardCheckpoint] | None:
        """
        Say how far every shard is, None while there is a shard whose position does not stand yet.
        """
        with self._lock:
            shards = self._stream.checkpoint
            if shards is None:
                return None
            for shard_id, (worker, since) in self._workers.items():
                shards[shard_id] = ShardCheckpoint(position=worker.position, since=since)
        return shards

    def _worker(self, reader: ShardReader) -> ShardWorker:
        with self._lock:
            if reader.shard_id not in self._workers:
                worker = self._new_worker(reader.shard_id, reader.start)
                self._workers[reader.shard_id] = worker, reader.since
                worker.start()
            return self._workers[reader.shard_id][0]
