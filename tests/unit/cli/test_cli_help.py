"""
What --help shows: the whole story in one screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from pipes_trigger.cli import cli
from pipes_trigger.cli.commands import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    Shell = Callable[..., tuple[int, str, str]]


def test_one_screen(shell: Shell) -> None:
    """
    Sections, commands, options and an example fit 24 lines of 80 columns, a prompt included.
    """
    status, out, _ = shell("--help")
    lines = out.splitlines()

    assert status == 0
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    assert [line.removesuffix(":") for line in lines if line.endswith(":")] == list(SECTIONS)
    assert lines[-2:] == [
        "Options: --debug (tracebacks, too), --version, -h, --help",
        "Example: cdk synth && pipes-trigger local run --assembly cdk.out",
    ]


def test_no_arguments_is_help(shell: Shell) -> None:
    """
    Who types nothing more gets the same screen, on standard error, and status 2.
    """
    status, out, err = shell()

    assert (status, out) == (2, "")
    assert err == shell("--help")[1]


@pytest.mark.parametrize("command", [name for section in SECTIONS.values() for name in section])
def test_each_command_is_listed_with_its_whole_summary(shell: Shell, command: str) -> None:
    """
    The first sentence of each command's own help stands beside its name, and ends with a full stop.
    """
    (line,) = [line for line in shell("--help")[1].splitlines() if line.startswith(f"  {command} ")]

    assert line.endswith(".")
    assert line.split(maxsplit=1)[1] in " ".join(shell(command, "--help")[1].split())


@pytest.mark.parametrize("command", ["", "local run", *(name for section in SECTIONS.values() for name in section)])
def test_a_narrow_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """
    At 40 columns help is wrapped, but for single words, and for the command lines that a reader copies.
    """
    monkeypatch.setenv("COLUMNS", "40")
    prose, _, _ = shell(*command.split(), "--help")[1].partition("  Examples:")

    wide = [line for line in prose.splitlines() if len(line) > 40 and "pipes-trigger" not in line]
    assert [line for line in wide if max(map(len, line.split())) <= 34] == []


def test_a_command_of_somebody_else(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A command that is added as click documents it is listed and called.
    """

    @click.command()
    def greet() -> None:
        """
        Greet.
        """
        click.echo("hello")

    monkeypatch.setitem(cli.commands, "greet", greet)

    assert shell("greet") == (0, "hello\n", "")
    assert shell("--help")[1].partition("\nMore:\n")[2].split()[:2] == ["greet", "Greet."]


def test_an_unknown_command(shell: Shell) -> None:
    """
    It is bad input, and said to be none.
    """
    status, _, err = shell("chek")

    assert status == 2
    assert "No such command 'chek'" in err
