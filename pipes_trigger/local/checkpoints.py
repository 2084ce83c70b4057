"""
How far a pipe is, in a file that survives `kill -9`.
"""

from __future__ import annotations

import json
import os
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.delivery import ShardPosition
from pipes_trigger.errors import ConfigurationError, LocalRunError, Violation
from pipes_trigger.limits import INPUT_FILE_BYTES
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardCheckpoint:
    """
    How far one shard is.

    Attributes:
        position: How far each of its lanes is decided.
        since: Where nothing is decided: records from before this second, counted since 1970, are none of the pipe's.
        finished: Whether it was read to its end, and everything in it is decided.
    """

    position: ShardPosition = field(default_factory=ShardPosition)
    since: int = 0
    finished: bool = False


class CheckpointFile:
    """
    A JSON file with one pipe's place in one stream. It is replaced as a whole, so a reader finds the old or the new.

    Args:
        path: The file; its directory is made when it is first written.
        stream_arn: The stream. A file about another stream says nothing about this one, and is replaced.
    """

    def __init__(self, path: Path, stream_arn: str) -> None:
        self._path = path
        self._stream_arn = stream_arn

    def read(self) -> dict[str, ShardCheckpoint] | None:
        """
        Read what was written last, by shard id; None where there is nothing about this stream.

        Raises:
            ConfigurationError: A file that cannot be read, or that no pipe of this version wrote.
        """
        try:
            with self._path.open("rb") as file:
                content = file.read(INPUT_FILE_BYTES + 1)
            return self._parse(content)
        except FileNotFoundError:
            return None
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            problem = f"is no checkpoint of version {VERSION}"
        fix = "delete it to begin at the pipe's starting position, or name another file"
        raise ConfigurationError([Violation("LR006", str(self._path), problem, fix)])

    def write(self, shards: Mapping[str, ShardCheckpoint]) -> None:
        """
        Replace what is there.

        Raises:
            LocalRunError: It cannot be written; what was there before still is.
        """
        document = {
            "version": VERSION,
            "stream": self._stream_arn,
            "shards": {name: _document(shard) for name, shard in shards.items()},
        }
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                json.dump(document, file)
                file.flush()
                # Should the machine go down, the name must not be there before the content. That the name itself may
                # get lost then is fine: an older checkpoint only means that more is delivered twice.
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise LocalRunError(f"the checkpoint {self._path} cannot be written: {error}") from error

    def _parse(self, content: bytes) -> dict[str, ShardCheckpoint] | None:
        if len(content) > INPUT_FILE_BYTES:
            raise ValueError
        document = json.loads(content)
        if document["version"] != VERSION:
            raise ValueError
        if document["stream"] != self._stream_arn:
            return None
        return {str(name): _shard(shard) for name, shard in document["shards"].items()}


def _document(shard: ShardCheckpoint) -> dict[str, Any]:
    if shard.finished:
        return {"finished": True}
    return {"since": shard.since, "lanes": list(shard.position.lanes)}


def _shard(document: Mapping[str, Any]) -> ShardCheckpoint:
    if document.get("finished"):
        return ShardCheckpoint(finished=True)
    lanes = tuple(str(int(number)) if number else "" for number in document["lanes"])
    return ShardCheckpoint(position=ShardPosition(lanes), since=int(document["since"]))


class Keeper:
    """
    Writes checkpoints for several threads: those that come while one is being written share the next.

    Args:
        file: Where to.
        state: Gives how far every shard is; None while that is not known.
    """

    def __init__(self, file: CheckpointFile, state: Callable[[], Mapping[str, ShardCheckpoint] | None]) -> None:
        self._file = file
        self._state = state
        self._counting = Lock()
        self._writing = Lock()
        self._asked = 0
        self._written = 0
        self._closed = False

    def keep(self) -> None:
        """
        Return when what is decided by now is in the file.

        Raises:
            LocalRunError: It cannot be written.
        """
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._writing:
            if self._closed or self._written >= mine:
                return
            with self._counting:
                asked = self._asked
            shards = self._state()
            if shards is not None:
                self._file.write(shards)
                self._written = asked

    def close(self) -> None:
        """
        Write for the last time: what a thread that was left behind learns later is not for this file any more.

        Raises:
            LocalRunError: It cannot be written.
        """
        try:
            self.keep()
        finally:
            with self._writing:
                self._closed = True
