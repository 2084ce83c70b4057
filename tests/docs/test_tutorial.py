"""
The tutorial, executed as written: from an empty directory to a trigger that ran.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.docs.conftest import Player

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
TOLD: Final = re.compile(r"The first shell tells .*?```text\n(.*?)```", re.DOTALL)


class Shells:
    """
    The reader's shells: one in which a run goes on, one to type into.

    Args:
        player: Where the files are.
    """

    def __init__(self, player: Player) -> None:
        self._pipes_trigger = player.programs["pipes-trigger"]
        self._environment = {**os.environ, "PYTHONPATH": f"{ROOT}", "CDK_VALIDATION": "false", "NO_COLOR": "1"}
        self._environment.pop("PYTEST_CURRENT_TEST", None)
        self.run: subprocess.Popen[str] | None = None
        self._printed = ""
        player.programs |= {
            "pipes-trigger": self._command,
            "python": self._python,
            "export": self._export,
            # What the environment of the tests has done already.
            ".": lambda _arguments: "",
            "pip": lambda _arguments: "",
        }

    def until(self, text: str) -> str:
        """
        Read what the run prints, until a text, and give what came since the last time.
        """
        assert self.run is not None
        assert self.run.stdout is not None
        printed = ""
        for line in self.run.stdout:
            printed += line
            if text in line:
                self._printed += printed
                return printed
        raise AssertionError(f"no line with {text!r} in:\n{printed}")

    def end(self) -> int:
        """
        Press Ctrl-C, and give the exit status.
        """
        assert self.run is not None
        self.run.send_signal(signal.SIGINT)
        return self.run.wait(timeout=30)

    def _command(self, arguments: list[str]) -> str:
        if arguments[:2] != ["local", "run"]:
            return self._pipes_trigger(arguments)
        command = [sys.executable, "-c", "from pipes_trigger.cli import main; main()", *arguments]
        self.run = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self._environment
        )
        return self.until("Ctrl-C stops")

    def _python(self, arguments: list[str]) -> str:
        if arguments == ["-m", "venv", ".venv"]:
            return ""
        if arguments[:2] == ["-m", "pytest"]:
            arguments = [*arguments, "-p", "no:cacheprovider"]
        ended = subprocess.run(
            [sys.executable, *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def _export(self, arguments: list[str]) -> str:
        assert arguments == ["AWS_ENDPOINT_URL=..."]
        (line,) = re.findall(r"^ *export (AWS_ENDPOINT_URL=.*)$", self._printed, re.MULTILINE)
        self._environment |= dict(part.split("=", 1) for part in line.split())
        return ""


@pytest.fixture
def shells(player: Player) -> Iterator[Shells]:
    """
    Give the reader's shells, and end what still runs in them.
    """
    shells = Shells(player)
    yield shells
    if shells.run is not None:
        shells.run.kill()
        shells.run.wait()
        assert shells.run.stdout is not None
        shells.run.stdout.close()


@pytest.mark.timeout(300)  # synth, tests and a run are processes of their own
def test_the_tutorial_works_as_written(player: Player, shells: Shells) -> None:
    """
    Each file, each command and all that is shown of it, in order; at the end a change was filtered and one delivered.
    """
    player.play(PAGE)
    (told,) = TOLD.findall(PAGE)

    player.compare(told, shells.until("delivered"), "local run")
    assert shells.end() == 0


def test_what_it_says_it_needs_is_what_the_package_says() -> None:
    """
    The Python and the extras that it names are those of pyproject.toml.
    """
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert 'requires-python = ">=3.11"' in settings
    assert "Python 3.11 or newer" in PAGE
    assert all(re.search(rf"^{extra} = \[", settings, re.MULTILINE) for extra in ("local", "testing"))
