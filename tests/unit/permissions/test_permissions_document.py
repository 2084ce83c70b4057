"""
docs/PERMISSIONS.md: its session is executed, and its table is the table of needs.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from pipes_trigger.cli import cli
from pipes_trigger.permissions.reader import NEEDS

if TYPE_CHECKING:
    import pytest

DOCUMENT = (Path(__file__).parents[3] / "docs" / "PERMISSIONS.md").read_text(encoding="utf-8")
SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
PYTHON = re.compile(r"```python\n(.*?)```\n\n(?:.*\n\n)?```text\n(.*?)```", re.DOTALL)


def rows() -> list[str]:
    """
    Write the table of needs, who shares a row in one line.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for need in NEEDS:
        found.setdefault((need.action, need.on.value, need.why, need.call, need.source), []).append(need.by.value)
    return [
        f"| {', '.join(by)} | `{action}` | {on} | {why} | {call} | {source} |"
        for (action, on, why, call, source), by in found.items()
    ]


def test_the_table_is_the_table_of_needs() -> None:
    """
    Every row is in the document, in order, and the document has no other.
    """
    section = DOCUMENT.partition("## What is needed, and for which call\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| who ")]

    assert table == rows()


def test_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The command prints what the document shows.
    """
    monkeypatch.chdir(tmp_path)
    ran, status = 0, 0
    for session in SESSION.findall(DOCUMENT):
        for command, shown in COMMAND.findall(session):
            program, *arguments = shlex.split(command)
            if program == "cat":
                json.loads(shown)
                (tmp_path / arguments[0]).write_text(shown, encoding="utf-8")
            elif program == "echo":
                assert (arguments, f"{status}\n") == (["$?"], shown)
            else:
                assert program == "pipes-trigger"
                result = CliRunner().invoke(cli, arguments, standalone_mode=False)
                status, ran = result.return_value, ran + 1
                assert result.output == shown, command

    assert ran == 2


def test_python(capsys: pytest.CaptureFixture[str]) -> None:
    """
    The Python of the document prints what stands below it.
    """
    (found,) = PYTHON.findall(DOCUMENT)
    source, printed = found
    exec(compile(source, "PERMISSIONS.md", "exec"), {})  # noqa: S102 - our own document

    assert capsys.readouterr().out == printed
