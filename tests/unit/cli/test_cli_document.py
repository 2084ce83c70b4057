"""
docs/CLI.md says what the commands do: its sessions are executed.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from pipes_trigger.cli import cli

if TYPE_CHECKING:
    from collections.abc import Callable

    Shell = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8")
SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_sessions(shell: Shell, tmp_path: Path) -> None:
    """
    Every command of the document prints what is printed there; `cat` shows the files that there are.
    """
    status, ran = 0, set()
    for session in SESSION.findall(DOCUMENT):
        for command, shown in COMMAND.findall(session):
            program, *arguments = shlex.split(command)
            if program == "cat":
                (tmp_path / arguments[0]).write_text(shown, encoding="utf-8")
            elif program == "echo":
                assert (arguments, f"{status}\n") == (["$?"], shown)
            else:
                assert program == "pipes-trigger"
                status, out, _ = shell(*arguments, merged=True)
                ran.add(arguments[0])
                assert re.fullmatch(re.escape(shown).replace(re.escape("\n...\n"), r"\n(?s:.*)\n"), out), command

    assert ran == {"--help", "new", "check", "match", "explain", "render", "simulate", "rule", "diagram"}


@pytest.mark.parametrize("name", ["new", "check", "match", "explain", "render", "simulate", "rule", "diagram"])
def test_options(name: str) -> None:
    """
    Every option of every command stands in the document.
    """
    section = DOCUMENT.partition(f"\n## {'A new app' if name == 'new' else name}")[2].partition("\n## ")[0]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    options = {each.opts[0] for each in command.params if isinstance(each, click.Option)}

    assert {each for each in options - {"--json"} if f"`{each}" not in section} == set()


def test_rules() -> None:
    """
    The document lists exactly the rules that the command line names.
    """
    rule = re.compile(r"\b(?:SH|NW)\d{3}\b")
    sources = [each for room in ("cli", "starter") for each in (ROOT / "pipes_trigger" / room).glob("*.py")]
    named = {found for path in sources for found in rule.findall(path.read_text(encoding="utf-8"))}

    assert set(rule.findall(DOCUMENT)) == named
