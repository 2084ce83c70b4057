"""
The commands, by what a reader wants to do; each is loaded when it is called or listed, and no other.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from pipes_trigger.cli.exits import EXIT_BROKEN_PIPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Section, command, and the module of `pipes_trigger.cli` that has it under its name.
SECTIONS: Final[dict[str, dict[str, str]]] = {
    "Write": {"new": "new", "completion": "completion"},
    "Check": {
        "check": "check",
        "match": "match",
        "explain": "match",
        "render": "render",
        "simulate": "simulate",
        "rule": "rule",
        "diagram": "diagram",
        "permissions": "permissions",
    },
    "Run": {"local": "local"},
    "Operate": {"redrive": "redrive"},
}
_MODULES: Final = {name: module for section in SECTIONS.values() for name, module in section.items()}
_EXAMPLE: Final = "cdk synth && pipes-trigger local run --assembly cdk.out"
_NAME_WIDTH: Final = max(map(len, _MODULES))
_SUMMARY_WIDTH: Final = 100  # whole, where it is wrapped, too


class _Formatter(click.HelpFormatter):
    """
    Leaves the meaning of options most of a narrow terminal, too, where click would keep 30 columns for their names.
    """

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl(rows, min(col_max, self.width // 3), col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class Commands(click.Group):
    """
    The group of all commands: its help is one screen.

    Attributes:
        is_debugged: Whether tracebacks are shown, too, as the user asked of the last call.
    """

    is_debugged = False
    context_class = _Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """
        List the names in the order of their sections, and what was added beside them.
        """
        return [*_MODULES, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """
        Load a command, or give None where there is none of this name.
        """
        if cmd_name not in _MODULES:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(f"pipes_trigger.cli.{_MODULES[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong line of the table above, never a user's fault
        return _in_this_context(command)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """
        Write usage, sections, options and one example: a screen of 24 lines and 80 columns, with the prompt below.
        """
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        formatter.write_paragraph()
        for title, commands in self._sections(ctx):
            formatter.write_heading(title)
            formatter.indent()
            # Of one width in all sections, so that the eye finds the summaries below each other.
            rows = [(name.ljust(_NAME_WIDTH), each.get_short_help_str(_SUMMARY_WIDTH)) for name, each in commands]
            formatter.write_dl(rows)
            formatter.dedent()
        formatter.write_paragraph()
        formatter.write_text(f"Options: {', '.join(self._options(ctx))}")
        formatter.write_text(f"Example: {_EXAMPLE}")

    def invoke(self, ctx: click.Context) -> Any:
        """
        Run a command; end quietly where nobody reads on, as in `pipes-trigger match ... | head`.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # What is still in the buffer must not be written when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(EXIT_BROKEN_PIPE)

    def _sections(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, click.Command]]]]:
        sections: dict[str, list[str]] = {title: list(names) for title, names in SECTIONS.items()}
        if others := super().list_commands(ctx):
            sections["More"] = others
        for title, names in sections.items():
            yield title, [(name, each) for name in names if (each := self.get_command(ctx, name)) is not None]

    def _options(self, ctx: click.Context) -> Iterator[str]:
        for option in self.get_params(ctx):
            names, meaning = option.get_help_record(ctx) or ("", "")
            # What these two do says their name.
            yield names if {"--version", "--help"} & set(option.opts) else f"{names} ({meaning})"


def _in_this_context(command: click.Command) -> click.Command:
    # Click takes the class of a context from each command, not from the one above it.
    command.context_class = _Context
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _in_this_context(each)
    return command
