"""
`pipes-trigger new`: a starter app that passes its own tests.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

import click

from pipes_trigger.cli.completing import directories
from pipes_trigger.cli.output import remark, say
from pipes_trigger.starter import kinds, name_of, write

_HERE: Final = "."
_KINDS: Final = kinds()


@click.command(
    epilog="""\b
Examples:
  pipes-trigger new
  pipes-trigger new order-notifier
  pipes-trigger new apps/release --name release-starter --trigger-type sns_topic
"""
)
@click.argument("directory", default=_HERE, type=click.Path(path_type=Path), shell_complete=directories)
@click.option("--name", metavar="NAME", help="What pipe and function are called; by default as the directory is.")
@click.option("--trigger-type", type=click.Choice(_KINDS), default=_KINDS[0], show_default=True, help="What it starts.")
def new(directory: Path, name: str | None, trigger_type: str) -> None:
    """
    Write a starter app into an empty directory.

    It is a CDK app with one trigger on a table of its own, a handler, and tests that pass as they are, the last of them
    on this machine's emulator. DIRECTORY is made if it is not there; nothing that is there is ever changed, and beside
    .git and .venv there may be nothing.

    Exit status 0 if it was written, 2 if it was not.
    """
    for path in write(directory, name_of(directory) if name is None else name, trigger_type):
        say(str(directory / path))
    enter = "" if str(directory) == _HERE else f"cd {shlex.quote(str(directory))} && "
    remark(f"next: {enter}pip install -r requirements.txt && pytest")
