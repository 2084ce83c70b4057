"""
The file that says how far a pipe is.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.delivery import ShardPosition
from pipes_trigger.errors import ConfigurationError, LocalRunError
from pipes_trigger.local import checkpoints
from pipes_trigger.local.checkpoints import CheckpointFile, Keeper, ShardCheckpoint

if TYPE_CHECKING:
    from pathlib import Path

STREAM = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
SHARDS = {
    "a": ShardCheckpoint(finished=True),
    "b": ShardCheckpoint(position=ShardPosition(("17", "")), since=1_800_000_000),
}
SOON = 20.0


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """
    A checkpoint comes back as it was, from a directory that is made for it, and nothing else is left there.
    """
    path = tmp_path / "deep" / "orders.json"
    file = CheckpointFile(path, STREAM)
    assert file.read() is None
    file.write({})
    file.write(SHARDS)

    assert file.read() == SHARDS
    assert [each.name for each in path.parent.iterdir()] == ["orders.json"]
    assert json.loads(path.read_text()) == {
        "version": 1,
        "stream": STREAM,
        "shards": {"a": {"finished": True}, "b": {"since": 1_800_000_000, "lanes": ["17", ""]}},
    }


def test_a_write_that_was_cut_short(tmp_path: Path) -> None:
    """
    What a process that was killed while it wrote leaves behind disturbs neither reading nor writing.
    """
    path = tmp_path / "orders.json"
    file = CheckpointFile(path, STREAM)
    file.write(SHARDS)
    (tmp_path / "orders.json.new").write_text('{"version": 1, "str')

    assert file.read() == SHARDS
    file.write({})
    assert file.read() == {}


def test_another_stream_is_another_story(tmp_path: Path) -> None:
    """
    What is written about another stream is not read, and is replaced.
    """
    path = tmp_path / "orders.json"
    CheckpointFile(path, STREAM).write(SHARDS)
    later = CheckpointFile(path, f"{STREAM}-again")
    assert later.read() is None

    later.write({})
    assert CheckpointFile(path, STREAM).read() is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"version": 2, "stream": "s", "shards": {}}',
        json.dumps({"version": 1, "stream": STREAM, "shards": {"a": {"since": 0}}}).encode(),
        json.dumps({"version": 1, "stream": STREAM, "shards": {"a": {"since": "x", "lanes": []}}}).encode(),
        json.dumps({"version": 1, "stream": STREAM, "shards": {"a": {"since": 0, "lanes": ["x"]}}}).encode(),
        json.dumps({"version": 1, "stream": STREAM, "shards": ["a"]}).encode(),
    ],
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    """
    A file that no pipe wrote is neither trusted nor replaced.
    """
    path = tmp_path / "orders.json"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as raised:
        CheckpointFile(path, STREAM).read()

    assert str(raised.value) == (
        f"[LR006] {path}: is no checkpoint of version 1; "
        "delete it to begin at the pipe's starting position, or name another file"
    )
    assert path.read_bytes() == content


def test_a_file_without_bounds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No more is read than a checkpoint could have.
    """
    path = tmp_path / "orders.json"
    CheckpointFile(path, STREAM).write(SHARDS)
    monkeypatch.setattr(checkpoints, "INPUT_FILE_BYTES", 10)
    with pytest.raises(ConfigurationError, match=r"is no checkpoint of version 1"):
        CheckpointFile(path, STREAM).read()


def test_a_checkpoint_that_cannot_be_read(tmp_path: Path) -> None:
    """
    The error names the file and the reason.
    """
    with pytest.raises(ConfigurationError) as raised:
        CheckpointFile(tmp_path, STREAM).read()

    assert str(raised.value) == (
        f"[LR006] {tmp_path}: cannot be read: Is a directory; "
        "delete it to begin at the pipe's starting position, or name another file"
    )


def test_a_checkpoint_that_cannot_be_written(tmp_path: Path) -> None:
    """
    The error names the file and the reason.
    """
    path = tmp_path / "orders.json"
    (tmp_path / "orders.json.new").mkdir()
    with pytest.raises(LocalRunError) as raised:
        CheckpointFile(path, STREAM).write({})

    assert str(raised.value).startswith(f"the checkpoint {path} cannot be written: [Errno ")


class Slow(CheckpointFile):
    """
    A file whose first write waits to be let through, and that notes what is written.
    """

    def __init__(self) -> None:
        self.written: list[Any] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def write(self, shards: Any) -> None:
        """
        Note, and wait.
        """
        self.written.append(shards)
        self.begun.set()
        assert self.go.wait(SOON)


def test_threads_that_wait_share_a_write() -> None:
    """
    Whoever comes while a checkpoint is written waits for the next one, which is written once for all of them.
    """
    file = Slow()
    state = {"a": ShardCheckpoint(since=1)}
    keeper = Keeper(file, lambda: dict(state))
    first = threading.Thread(target=keeper.keep)
    first.start()
    assert file.begun.wait(SOON)
    state["a"] = ShardCheckpoint(since=2)
    others = [threading.Thread(target=keeper.keep) for _ in range(5)]
    for thread in others:
        thread.start()
    while keeper._asked < 6:
        threading.Event().wait(0.001)
    file.go.set()
    for thread in (first, *others):
        thread.join(SOON)

    assert file.written == [{"a": ShardCheckpoint(since=1)}, {"a": ShardCheckpoint(since=2)}]


def test_nothing_is_written_before_it_is_known_or_after_the_end(tmp_path: Path) -> None:
    """
    A state that is not known yet is not written, and nothing is after closing.
    """
    file = CheckpointFile(tmp_path / "orders.json", STREAM)
    states: list[Any] = [None, {}, SHARDS]
    keeper = Keeper(file, lambda: states.pop(0))
    keeper.keep()
    assert file.read() is None
    keeper.close()
    assert file.read() == {}
    keeper.keep()

    assert file.read() == {}
    assert states == [SHARDS]
