"""
`pipes-trigger permissions`: who may do what to what, why, and which call needs it.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.cli.completing import files
from pipes_trigger.cli.exits import EXIT_NO, EXIT_YES
from pipes_trigger.cli.faults import naming
from pipes_trigger.cli.output import as_json, bad, count, good, say, say_json
from pipes_trigger.cli.patterns import pipe_option
from pipes_trigger.cli.sources import Source
from pipes_trigger.cli.synthesized import choose, pipes_in
from pipes_trigger.permissions import UNKNOWN, VERBS, explain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.permissions import Permission

_WIDEST: Final = 100


@click.command(
    epilog="""\b
Examples:
  pipes-trigger permissions
  pipes-trigger permissions cdk.out/Orders.template.json --pipe OrdersPipe
  pipes-trigger permissions cdk.out --json | jq 'select(.needed | not)'
"""
)
@click.argument("synthesized", default="cdk.out", shell_complete=files)
@pipe_option
@as_json
def permissions(synthesized: str, pipe: str | None, *, is_json: bool) -> int:
    """
    Explain who may do what to what for each trigger, and why.

    SYNTHESIZED is a template, or an assembly; cdk.out if left out. Read are the policies of every role that acts for a
    pipe, and those of the queues, functions and keys that it uses. Marked with ! is what no call of a trigger needs,
    and what one needs and nothing grants.

    Exit status 0 if what is granted is what is needed, 1 if it is not or cannot be told, 2 if something cannot be read.
    """
    source = Source(synthesized, "SYNTHESIZED")
    found = pipes_in(source)
    well = True
    chosen = found if pipe is None else (choose(found, pipe, source.name),)
    for number, each in enumerate(chosen):
        with naming(each.file):
            explained = explain(each.template, each.logical_id)
        well = well and all(one.as_needed for one in explained)
        if is_json:
            for one in explained:
                say_json(file=each.file, **asdict(one))
        else:
            if number:
                say("")
            _say_all(each.name, explained)
    return EXIT_YES if well else EXIT_NO


def _say_all(name: str, explained: tuple[Permission, ...]) -> None:
    lacking = sum(one.effect == "Missing" for one in explained)
    beyond = sum(not one.needed for one in explained)
    wrong = [f"{beyond} beyond what is needed"] * bool(beyond) + [f"{lacking} missing"] * bool(lacking)
    summary = bad(", ".join(wrong)) if wrong else good("all needed")
    say(f"{name}: {count(len(explained) - lacking, 'permission')}, {summary}")
    for (who, principal), found in groupby(explained, lambda one: (one.who, one.principal)):
        say("")
        say(_wrapped(who if principal in (who, UNKNOWN) else f"{who}, {principal}", 0))
        for (effect, resource, condition), those in groupby(found, _told_together):
            _say_group(f"{VERBS[effect]}, on {resource}", condition, those)


def _told_together(one: Permission) -> tuple[str, str, str | None]:
    return one.effect, one.resource, one.condition


def _say_group(heading: str, condition: str | None, those: Iterable[Permission]) -> None:
    say(_wrapped(heading, 2))
    if condition is not None:
        say(_wrapped(f"if {condition}", 4))
    for one in those:
        say(f"    {one.action}" if one.as_needed else bad(f"  ! {one.action}"))
        say(_wrapped(one.why, 6))
        if one.call != "none":
            say(_wrapped(f"call: {one.call}", 6))


def _wrapped(text: str, indent: int) -> str:
    """
    Break a text for a terminal; elsewhere a line stays whole, so that it can be searched.
    """
    if not sys.stdout.isatty():
        return f"{' ' * indent}{text}"
    width = max(min(shutil.get_terminal_size().columns, _WIDEST), indent + 20)
    hanging = " " * (indent + 2)
    return fill(text, width, initial_indent=" " * indent, subsequent_indent=hanging, break_on_hyphens=False)
