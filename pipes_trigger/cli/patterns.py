"""
The filters that `match` and `explain` ask: one pattern, or those of a pipe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.cli.completing import pipes
from pipes_trigger.cli.synthesized import choose, pipes_or_pattern
from pipes_trigger.filters import FilterPattern
from pipes_trigger.filters.support import SERVICES

if TYPE_CHECKING:
    from pipes_trigger.cli.sources import Source
    from pipes_trigger.filters.support import Service

service_option: Final = click.option(
    "--service",
    type=click.Choice(SERVICES),
    default="pipes",
    show_default=True,
    help="Whose rules hold for a pattern: EventBridge Pipes on a DynamoDB stream, or an event bus on any event.",
)
pipe_option: Final = click.option(
    "--pipe", metavar="LOGICAL_ID", shell_complete=pipes, help="Which pipe of a synthesized template is meant."
)


def read_filters(source: Source, service: Service, pipe: str | None) -> tuple[FilterPattern, ...]:
    """
    Read a pattern, or the filters of a synthesized pipe; a pipe may have none.

    Raises:
        ViolationsError: It cannot be read, is not valid, or no one pipe is meant.
        click.UsageError: An option that does not go with what was read.
    """
    found = pipes_or_pattern(source)
    if isinstance(found, str):
        if pipe is not None:
            raise click.UsageError(f"--pipe chooses from a synthesized template, and {source.name} is none")
        return (FilterPattern(found, service=service, root=source.name),)
    if service != "pipes":
        raise click.UsageError(f"--service {service} is for a pattern, and {source.name} is a synthesized template")
    return choose(found, pipe, source.name).read().filters
