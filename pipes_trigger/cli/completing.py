"""
What a shell offers after Tab: files, pipes and stacks of the assembly that is named, variables, rules.

Nothing here prints or raises: a shell that completes shows neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

from pipes_trigger.cli.sources import Source
from pipes_trigger.errors import PipesTriggerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

_ASSEMBLY: Final = "cdk.out"


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Let the shell offer its files.
    """
    return [CompletionItem(incomplete, type="file")]


def directories(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Let the shell offer its directories.
    """
    return [CompletionItem(incomplete, type="dir")]


def pipes(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Offer the logical ids of the pipes in what the first argument names, or else in `cdk.out`.
    """
    from pipes_trigger.cli.synthesized import pipes_in  # noqa: PLC0415 - most completions need no assembly

    try:
        found = pipes_in(Source(_named(context, "synthesized", "pattern"), "SYNTHESIZED"))
    except PipesTriggerError:
        return []
    return _starting({pipe.logical_id: pipe.file for pipe in found}.items(), incomplete)


def stacks(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Offer the stacks of the assembly that is named, or else of `cdk.out`.
    """
    from pipes_trigger.local.assembly import CloudAssembly  # noqa: PLC0415 - as above

    try:
        found = CloudAssembly.load(_named(context, "assembly", "synthesized")).stacks
    except PipesTriggerError:
        return []
    return _starting(((stack.display_name, "") for stack in found), incomplete)


def variables(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Offer the names of the reserved variables, each with the `=` that follows.
    """
    from pipes_trigger.templates.context import PIPE_VARIABLES  # noqa: PLC0415 - as above

    return _starting(((f"{name}=", "") for name in PIPE_VARIABLES), incomplete)


def rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """
    Offer the ids of the rules and the classes of errors, each with its title.
    """
    from pipes_trigger.cli.error_pages import error_entries  # noqa: PLC0415 - as above

    return _starting(((entry.name, entry.title) for entry in error_entries().values()), incomplete)


def _named(context: click.Context, *parameters: str) -> str:
    given = (context.params.get(name) for name in parameters)
    # Whatever is half written, or standard input, holds no pipe that could be offered.
    return next((each for each in given if each and each != "-" and Path(each).exists()), _ASSEMBLY)


def _starting(offered: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=about or None) for name, about in offered if name.startswith(incomplete)]
