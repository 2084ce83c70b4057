"""
The runtime and the emulator go away in the middle of it, and come back.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipes_trigger.errors import LocalRunError
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.events import PipeFailed, RecordDelivered, StreamUnavailable
from pipes_trigger.local.ports import free_port

PROCESS = Path(__file__).parent / "pipe_process.py"
SOON = 30.0


def test_killed_process_goes_on(site: Any, tmp_path: Path) -> None:
    """
    A pipe that is killed by SIGKILL in the middle delivers the rest when it is run again, and at most one item twice.
    """
    items = [f"item-{number}" for number in range(8)]
    site.put(*items)
    arguments = [site.session.url, site.session.account, site.stream_arn, site.function_arn]
    command = [sys.executable, str(PROCESS), *arguments, str(tmp_path / "orders.json")]
    for last in (items[2], items[-1]):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while (line := process.stdout.readline()) != f"{last}\n":
                assert line, "the process ended by itself"
            process.kill()

    sent = [id_ for call in site.sent() for id_ in call]
    assert list(dict.fromkeys(sent)) == items
    assert len(sent) <= len(items) + 1


def test_stopped_pipe_goes_on_where_it_was(site: Any, run: Any, tmp_path: Path) -> None:
    """
    What changes between two runs with a checkpoint is delivered by the second, also from LATEST, and nothing twice.
    """
    site.put("before")
    path = tmp_path / "orders.json"
    first = run(site, checkpoint=path)
    with first.runtime:
        site.put("a", "b")
        first.settle(read=2)
    site.put("c")
    second = run(site, checkpoint=path)
    with second.runtime:
        second.settle(read=1)

    assert [id_ for call in site.sent() for id_ in call] == ["a", "b", "c"]


def test_emulator_that_restarts(deploy: Any, run: Any, tmp_path: Path) -> None:
    """
    A lost emulator is told, one in its place ends the pipe loudly, and a pipe on that one's stream begins anew.
    """
    port = free_port()
    path = tmp_path / "orders.json"
    with Emulator(port=port) as emulator:
        site = deploy(emulator.session())
        pipe = run(site, checkpoint=path, StartingPosition="TRIM_HORIZON")
        pipe.runtime.start()
        site.put("a")
        pipe.settle(read=1)
    assert pipe.runtime.wait(lambda _progress: bool(pipe.of(StreamUnavailable)), SOON)
    with Emulator(port=port) as emulator:
        with pytest.raises(LocalRunError, match=r"^the stream .* cannot be read: .*ResourceNotFoundException"):
            pipe.runtime.wait(lambda _progress: False, SOON)
        with pytest.raises(LocalRunError):
            pipe.runtime.stop()
        again = deploy(emulator.session())
        other = run(again, checkpoint=path, StartingPosition="TRIM_HORIZON")
        again.put("b")
        with other.runtime:
            other.settle(read=1)

    assert len(pipe.of(PipeFailed)) == 1
    assert [event.record["dynamodb"]["Keys"]["id"]["S"] for event in other.of(RecordDelivered)] == ["b"]
