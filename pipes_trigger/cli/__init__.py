"""
The command line: thin. It parses, calls and prints; what it calls is importable.

docs/CLI.md shows every command.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.cli.commands import Commands
from pipes_trigger.cli.exits import EXIT_BAD_INPUT, EXIT_INTERNAL, EXIT_INTERRUPTED
from pipes_trigger.cli.output import complain
from pipes_trigger.errors import PipesTriggerError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGE: Final = Path(__file__).parent.parent
_WIDEST: Final = 100
_NARROWEST: Final = 30


def _debug(_context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    cli.is_debugged = value


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--debug",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    envvar="PIPES_TRIGGER_DEBUG",
    callback=_debug,
    help="tracebacks, too",
)
@click.version_option(package_name="pipes-trigger", prog_name="pipes-trigger")
@click.pass_context
def cli(context: click.Context) -> None:
    """
    Changes in a DynamoDB table, turned into work.
    """
    if os.environ.get("NO_COLOR"):
        context.color = False


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command line and exit.

    0: yes, or done. 1: no (nothing matches, something is wrong with what was checked). 2: bad input or a failed run.
    70: a fault of this program. 130: interrupted. 141: nobody read the output to its end.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal or pipe of another encoding shows what it lacks as an escape, instead of ending in a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    cli.is_debugged = False
    given = None if arguments is None else list(arguments)
    # Click itself never goes below 50 columns.
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns) - 2)
    try:
        # Click gives back what a command returned, or the status that it ended with.
        status = cli.main(given, "pipes-trigger", standalone_mode=False, terminal_width=width)
    except (click.Abort, KeyboardInterrupt):
        status = EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - what nobody thought of, too, ends in one line and a status of its own
        status = _say(error)
    if status:
        sys.exit(status)


def _say(error: Exception) -> int:
    if cli.is_debugged:
        traceback.print_exception(error)
    match error:
        case PipesTriggerError():
            from pipes_trigger.cli.rule import name_rules_of  # noqa: PLC0415 - only errors need it

            complain(f"error: {error}")
            name_rules_of(error)
        case click.ClickException():
            error.show()
        case _:
            complain(_internal(error))
            return EXIT_INTERNAL
    return EXIT_BAD_INPUT


def _internal(error: Exception) -> str:
    # The error's own words could hold item data; the traceback alone shows them, to those who ask.
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents]
    where = f"{Path(own[-1].filename).relative_to(_PACKAGE)}:{own[-1].lineno}"
    return (
        f"internal error: {type(error).__name__} at {where}; this is a fault of pipes-trigger: please report it "
        "with the traceback, which PIPES_TRIGGER_DEBUG=1 shows"
    )
