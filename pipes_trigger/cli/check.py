"""
`pipes-trigger check`: everything that is wrong with patterns, input templates and synthesized pipes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipes_trigger.cli.checking import check_pattern, check_pipe, check_template
from pipes_trigger.cli.completing import files
from pipes_trigger.cli.exits import EXIT_NO, EXIT_YES
from pipes_trigger.cli.output import as_json, bad, count, good, say, say_json, say_violations, violations_json
from pipes_trigger.cli.patterns import service_option
from pipes_trigger.cli.rule import name_rules
from pipes_trigger.cli.sources import Source, one_stdin
from pipes_trigger.cli.synthesized import pipes_or_pattern
from pipes_trigger.filters.record_shape import VIEW_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.cli.checking import Checked
    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.filters.support import Service


@click.command(
    epilog="""\b
Examples:
  pipes-trigger check pattern.json
  pipes-trigger check a.json b.json --template t.json --view-type NEW_IMAGE
  pipes-trigger check cdk.out --strict
  pipes-trigger check --service event_bus rule.json
"""
)
@click.argument("patterns", nargs=-1, shell_complete=files)
@click.option(
    "--template",
    metavar="TEMPLATE",
    shell_complete=files,
    help="An input template; proved to fit what the patterns let through.",
)
@click.option("--view-type", type=click.Choice(VIEW_TYPES), help="The stream's view type, for the proof.")
@click.option("--strict", is_flag=True, help="Warnings fail the check, too.")
@service_option
@as_json
def check(
    patterns: tuple[str, ...],
    template: str | None,
    view_type: str | None,
    service: Service,
    *,
    strict: bool,
    is_json: bool,
) -> int:
    """
    Find every fault in patterns, templates, synthesized pipes.

    Each of PATTERNS is a pattern, or a synthesized template or cdk.out, whose pipes are checked. Each is a file, - for
    standard input, or the JSON itself if it begins with {. With --template the patterns are taken for the filters of
    one pipe with that input template; without a pattern, everything passes.

    Exit status 0 if all is well, 1 if something is wrong (with --strict, also if there is a warning), 2 if something
    cannot be read.
    """
    shape = None if template is None else Source(template, "TEMPLATE")
    sources = [Source(each, "PATTERNS") for each in patterns]
    if not sources and shape is None:
        raise click.UsageError("name a pattern, a synthesized template or cdk.out, or pass --template")
    one_stdin(*sources, shape)
    well, rules = True, list[str]()
    for checked in _all_checked(sources, shape, view_type, service):
        well = well and not checked.violations and not (strict and checked.warnings)
        if is_json:
            say_json(
                subject=checked.subject,
                violations=violations_json(checked.violations),
                warnings=violations_json(checked.warnings),
            )
        else:
            _say(checked)
            rules += [each.rule for each in (*checked.violations, *checked.warnings)]
    name_rules(rules)
    return EXIT_YES if well else EXIT_NO


def _all_checked(
    sources: list[Source], shape: Source | None, view_type: str | None, service: Service
) -> Iterator[Checked]:
    if shape is not None and service != "pipes":
        raise click.UsageError(f"--template is for a pipe, and --service {service} has none")
    filters: list[FilterPattern | None] = []
    for source in sources:
        found = pipes_or_pattern(source)
        if isinstance(found, str):
            checked, pattern = check_pattern(source.name, found, service)
            filters.append(pattern)
            yield checked
        elif shape is not None or service != "pipes":
            option = "--template" if shape is not None else f"--service {service}"
            raise click.UsageError(f"{option} is for patterns, and {source.name} is a synthesized template")
        else:
            yield from (check_pipe(pipe, view_type) for pipe in found)
    if shape is not None:
        valid = [each for each in filters if each is not None]
        yield check_template(shape, valid if len(valid) == len(filters) else None, view_type)


def _say(checked: Checked) -> None:
    found = [count(len(checked.violations), "error")] * bool(checked.violations)
    found += [count(len(checked.warnings), "warning")] * bool(checked.warnings)
    summary = ", ".join(found) or "ok"
    say(f"{checked.subject}: {bad(summary) if checked.violations else good(summary)}")
    say_violations(checked.violations, "error", "red")
    say_violations(checked.warnings, "warning", "yellow")
