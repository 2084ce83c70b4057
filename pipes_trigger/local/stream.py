"""
Reading a table's stream through the DynamoDB Streams API: which shards, and from where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from pipes_trigger.local.checkpoints import ShardCheckpoint
from pipes_trigger.local.shard import LATEST, TRIM_HORIZON, ShardReader, StreamUnavailableError, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class StreamReader:
    """
    The shards of a stream, in the order in which they may be read.

    With `LATEST` the shards that are open at the first look are read from their end. Whatever appears later is read
    from its beginning, and a shard only after the one that it came from is done with.

    Args:
        client: A boto3 client of DynamoDB Streams.
        stream_arn: The stream.
        position: `LATEST` or `TRIM_HORIZON`.
        clock: Gives the seconds since 1970.
        start: How far each shard was decided before; None to begin at the position. A shard that it does not name
            appeared later.
    """

    def __init__(
        self,
        client: Any,
        stream_arn: str,
        position: str,
        clock: Callable[[], float],
        start: Mapping[str, ShardCheckpoint] | None = None,
    ) -> None:
        self._client = client
        self._stream_arn = stream_arn
        self._position = position
        self._clock = clock
        self._parents: dict[str, str] = {}
        self._start = start or {}
        # Replaced, never changed: it is read from other threads.
        self._finished = frozenset(shard_id for shard_id, shard in self._start.items() if shard.finished)
        self._readers: dict[str, ShardReader] = {}
        # The shards to read from their end: None until the first look that finds any.
        self._at_end: frozenset[str] | None = None if start is None else frozenset()

    @property
    def opened(self) -> bool:
        """
        Whether a position stands in every shard that was there at the first look.
        """
        return self._at_end is not None and all(id_ in self._readers for id_ in self._at_end - self._finished)

    @property
    def readers(self) -> tuple[ShardReader, ...]:
        """
        The shards to read now.
        """
        return tuple(self._readers.values())

    @property
    def checkpoint(self) -> dict[str, ShardCheckpoint] | None:
        """
        How far the shards are that nobody reads: those that are done with, and those that are still to be taken up.

        None while there is a shard whose position does not stand yet. What the stream no longer lists is left out.
        """
        if not self.opened:
            return None
        known = {**self._start, **dict.fromkeys(self._finished, ShardCheckpoint(finished=True))}
        listed = self._parents
        return {shard_id: shard for shard_id, shard in known.items() if not listed or shard_id in listed}

    def finish(self, shard_id: str) -> None:
        """
        Note that a shard was read to its end and all its records are decided.
        """
        self._finished |= {shard_id}
        self._readers.pop(shard_id, None)

    def refresh(self) -> None:
        """
        Look for shards, and take a position in those that may be read now.

        Raises:
            StreamUnavailableError: Looking later may work; what was found so far stays.
            LocalRunError: There is no such stream, or it may not be read.
        """
        shards = list(self._describe())
        if shards and self._at_end is None:
            self._look_first(shards)
        self._parents = {shard["ShardId"]: shard.get("ParentShardId", "") for shard in shards}
        for shard_id, parent in self._parents.items():
            if shard_id in self._finished or shard_id in self._readers or self._is_unread(parent):
                continue
            position = LATEST if self._at_end and shard_id in self._at_end else TRIM_HORIZON
            self._readers[shard_id] = ShardReader(
                self._client, self._stream_arn, shard_id, position, self._clock, start=self._start.get(shard_id)
            )

    def _look_first(self, shards: list[Mapping[str, Any]]) -> None:
        if self._position != LATEST:
            self._at_end = frozenset()
            return
        self._finished = frozenset(shard["ShardId"] for shard in shards if _is_closed(shard))
        self._at_end = frozenset(shard["ShardId"] for shard in shards)

    def _is_unread(self, shard_id: str) -> bool:
        return shard_id in self._parents and shard_id not in self._finished

    def _describe(self) -> Iterator[Mapping[str, Any]]:
        start: dict[str, str] = {}
        while True:
            try:
                description = self._client.describe_stream(StreamArn=self._stream_arn, **start)["StreamDescription"]
            except ClientError as error:
                fail(error, self._stream_arn)
            except (NoConnectionError, HTTPClientError) as error:
                raise StreamUnavailableError(str(error)) from error
            yield from description["Shards"]
            if not (last := description.get("LastEvaluatedShardId")):
                return
            start = {"ExclusiveStartShardId": last}


def _is_closed(shard: Mapping[str, Any]) -> bool:
    return "EndingSequenceNumber" in shard.get("SequenceNumberRange", {})
