"""
The line that says how far something is: shown on a terminal, erased when it ends, and nowhere else.
"""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from contextlib import redirect_stderr
from threading import Event
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.cli.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = [sys.executable, "-c", "from pipes_trigger.cli import main; main()"]
ERASE = "\r\x1b[K"


class Terminal(io.StringIO):
    """
    A terminal that keeps what is drawn, and says when something was.
    """

    def __init__(self) -> None:
        super().__init__()
        self.drawn = Event()

    def isatty(self) -> bool:
        """
        Be one.
        """
        return True

    def flush(self) -> None:
        """
        Note that something is shown now.
        """
        self.drawn.set()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """
    Return a terminal of 20 columns; a test makes it standard error, as pytest has one of its own until then.
    """
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def test_the_line_is_drawn_and_erased(terminal: Terminal) -> None:
    """
    It stays within the terminal's width, and nothing of it is left.
    """
    with redirect_stderr(terminal), Progress(lambda: "records.jsonl: 120,000 records read", quiet=0.0):
        assert terminal.drawn.wait(20)

    shown = terminal.getvalue()
    assert shown.startswith(f"{ERASE}records.jsonl: 120,{ERASE}")
    assert shown.endswith(ERASE)


def test_a_result_stands_alone(terminal: Terminal) -> None:
    """
    Before a result is printed the line is erased, and it is not drawn until that is done.
    """
    with redirect_stderr(terminal), Progress(lambda: "working", quiet=0.0) as progress:
        assert terminal.drawn.wait(20)
        with progress.hidden():
            before = terminal.getvalue()
            terminal.write("result\n")

    assert before.endswith(f"working{ERASE}")
    assert f"{ERASE}result\n" in terminal.getvalue()


def test_the_first_second_is_silent(terminal: Terminal) -> None:
    """
    What is done at once shows nothing.
    """
    with redirect_stderr(terminal), Progress(lambda: "working"):
        pass

    assert "working" not in terminal.getvalue()


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {}])
def test_where_nothing_can_be_erased(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """
    A dumb terminal, and standard error that goes into a file, get nothing at all.
    """
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if not variables:
        monkeypatch.setattr(terminal, "isatty", lambda: False)

    with redirect_stderr(terminal), Progress(lambda: "working", quiet=0.0) as progress, progress.hidden():
        pass

    assert terminal.getvalue() == ""


def test_reading_records_into_a_file(tmp_path: Path) -> None:
    """
    Who sends results into a file sees how many records were read so far while the next is waited for.
    """
    ours, theirs = pty.openpty()
    command = [*PROGRAM, "match", '{"eventName": ["INSERT"]}']
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    shown = b""
    with (
        (tmp_path / "out.txt").open("wb") as out,
        os.fdopen(ours, "rb", buffering=0) as terminal,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=theirs, env=environment) as running,
    ):
        os.close(theirs)
        assert running.stdin is not None
        running.stdin.write(b'{"eventName": "INSERT"}\n{"eventName": "REMOVE"}\n')
        running.stdin.flush()
        while b"2 records read" not in shown:
            shown += terminal.read(1000)
        running.stdin.close()
        while b"1 of 2 records matches" not in shown:
            shown += terminal.read(1000)

    assert f"{ERASE}stdin: 2 records read{ERASE}" in shown.decode()
    assert shown.decode().endswith(f"{ERASE}1 of 2 records matches\r\n")
    assert (tmp_path / "out.txt").read_text() == "yes  stdin:1 INSERT\nno   stdin:2 REMOVE\n"
