"""
The command line: thin. It parses, calls and prints; what it calls is importable.

docs/CLI.md shows every command.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import click

from pipes_trigger.cli.check import check
from pipes_trigger.cli.diagram import diagram
from pipes_trigger.cli.exits import EXIT_BAD_INPUT, EXIT_BROKEN_PIPE, EXIT_INTERRUPTED
from pipes_trigger.cli.local import local
from pipes_trigger.cli.match import explain, match
from pipes_trigger.cli.permissions import permissions
from pipes_trigger.cli.redrive import redrive
from pipes_trigger.cli.render import render
from pipes_trigger.cli.rule import name_rules_of, rule
from pipes_trigger.cli.simulate import simulate
from pipes_trigger.errors import PipesTriggerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class _Group(click.Group):
    """
    A group that ends quietly where nobody reads on: `pipes-trigger match ... | head`.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # What is still in the buffer must not be written when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(EXIT_BROKEN_PIPE)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pipes-trigger", prog_name="pipes-trigger")
@click.pass_context
def cli(context: click.Context) -> None:
    """
    Changes in a DynamoDB table, turned into work.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False


for command in (check, match, explain, render, simulate, rule, diagram, permissions, local, redrive):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command line and exit.

    0: yes, or done. 1: no (nothing matches, something is wrong with what was checked). 2: bad input or a failed run.
    130: interrupted. 141: nobody read the output to its end.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal or pipe of another encoding shows what it lacks as an escape, instead of ending in a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Click gives back what a command returned, or the status that it ended with.
        status = cli.main(None if arguments is None else list(arguments), "pipes-trigger", standalone_mode=False)
    except PipesTriggerError as error:
        click.echo(f"error: {error}", err=True)
        name_rules_of(error)
        sys.exit(EXIT_BAD_INPUT)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    if status:
        sys.exit(status)
