"""
The demo, as `make demo` runs it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.endtoend.processes import processes_with

if TYPE_CHECKING:
    from collections.abc import Iterator

DEMO = Path(__file__).parent.parent.parent / "examples" / "demo"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """
    Start the demo with a temporary directory of its own.
    """
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, str(DEMO)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        yield process
        process.kill()


def test_the_demo_ends_with_everything_as_expected(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    """
    Exit status 0, every line of the summary agrees, no file and no process is left.
    """
    printed, _ = demo.communicate(timeout=110)

    assert demo.returncode == 0, printed
    assert "everything as expected" in printed
    assert "filtered  by dynamodb.NewImage.status.S: wanted 'PENDING', found 'DRAFT'" in printed
    assert printed.count("=> started pipeline deploy-service") == 9
    assert list((tmp_path / "tmp").iterdir()) == []
    assert processes_with(str(tmp_path)) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["is up on", "batch_write_item on requests"])
def test_an_interrupted_demo_leaves_nothing(
    demo: subprocess.Popen[str], tmp_path: Path, sent: signal.Signals, moment: str
) -> None:
    """
    Ctrl-C and SIGTERM, while it sets up and while it runs: exit status 130, no file, no process.
    """
    assert demo.stdout is not None
    for line in demo.stdout:
        if moment in line:
            break
    demo.send_signal(sent)
    printed = demo.stdout.read()

    assert demo.wait(timeout=30) == 130, printed
    assert "interrupted; everything that was started is stopped" in printed
    assert "Traceback" not in printed
    assert list((tmp_path / "tmp").iterdir()) == []
    assert processes_with(str(tmp_path)) == []
