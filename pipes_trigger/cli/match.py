"""
`pipes-trigger match` and `pipes-trigger explain`: what a pattern says of records, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from pipes_trigger.cli.completing import files
from pipes_trigger.cli.exits import EXIT_NO, EXIT_YES
from pipes_trigger.cli.faults import naming
from pipes_trigger.cli.output import as_json, count, fitted, remark, say, say_json, verdict
from pipes_trigger.cli.patterns import pipe_option, read_filters, service_option
from pipes_trigger.cli.records import EXACT, read_records
from pipes_trigger.cli.sources import STDIN, Source, one_stdin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.cli.records import Record
    from pipes_trigger.filters import Explanation, FilterPattern
    from pipes_trigger.filters.support import Service

_VERDICT: Final = len("yes  ")


@click.command(
    epilog="""\b
Examples:
  pipes-trigger match pattern.json records.jsonl
  pipes-trigger match '{"eventName": ["INSERT"]}' < records.jsonl
  pipes-trigger match cdk.out records.jsonl --pipe OrdersPipe
  pipes-trigger match --service event_bus rule.json events.jsonl --json
"""
)
@click.argument("pattern", shell_complete=files)
@click.argument("records", default=STDIN, shell_complete=files)
@pipe_option
@service_option
@as_json
def match(pattern: str, records: str, pipe: str | None, service: Service, *, is_json: bool) -> int:
    """
    Say of every record whether it matches.

    PATTERN is a pattern, or a synthesized template or cdk.out with a pipe, whose filters are asked. RECORDS are JSON
    lines, one record, a list of records, or {"Records": [...]}; standard input if left out. Each is a file, - for
    standard input, or the JSON itself if it begins with {.

    Exit status 0 if at least one record matches, 1 if none does, 2 if something cannot be read or is not valid.
    """
    filters, stream = _inputs(pattern, records, pipe, service)
    total = matched = 0
    for record in stream:
        with naming(record.place):
            matches = not filters or any(each.matches(record.value) for each in filters)
        total += 1
        matched += matches
        if is_json:
            say_json(record=record.place, matches=matches)
        else:
            say(fitted(str(record), before=f"{verdict(matches)}  ", column=_VERDICT))
    return _ended(matched, total, is_json=is_json)


@click.command(
    epilog="""\b
Examples:
  pipes-trigger explain pattern.json record.json
  pipes-trigger explain cdk.out records.jsonl --pipe OrdersPipe
  tail -n 1 records.jsonl | pipes-trigger explain pattern.json
"""
)
@click.argument("pattern", shell_complete=files)
@click.argument("records", default=STDIN, shell_complete=files)
@pipe_option
@service_option
@as_json
def explain(pattern: str, records: str, pipe: str | None, service: Service, *, is_json: bool) -> int:
    """
    Say of every record why it matches or does not.

    Each condition is shown with what it wanted and what it found. Where one condition alone is in the way, it is named
    as the near miss. PATTERN, RECORDS and the exit status are those of `match`.
    """
    filters, stream = _inputs(pattern, records, pipe, service)
    total = matched = 0
    for record in stream:
        with naming(record.place):
            explanations = [each.explain(record.value) for each in filters]
        matches = not filters or any(each.matches for each in explanations)
        total += 1
        matched += matches
        if is_json:
            say_json(record=record.place, matches=matches, filters=[_as_data(each) for each in explanations])
        else:
            say(fitted(str(record), before=f"{verdict(matches)}  ", column=_VERDICT))
            for line in _lines(explanations):
                say(line)
    return _ended(matched, total, is_json=is_json)


def _inputs(
    pattern: str, records: str, pipe: str | None, service: Service
) -> tuple[tuple[FilterPattern, ...], Iterator[Record]]:
    asked, read = Source(pattern, "PATTERN"), Source(records, "RECORDS")
    one_stdin(asked, read)
    return read_filters(asked, service, pipe), read_records(read, EXACT)


def _ended(matched: int, total: int, *, is_json: bool) -> int:
    if not is_json:
        remark(f"{matched} of {count(total, 'record')} {'matches' if matched == 1 else 'match'}")
    return EXIT_YES if matched else EXIT_NO


def _lines(explanations: list[Explanation]) -> Iterator[str]:
    if not explanations:
        yield "  the pipe has no filter: every record passes"
    for number, explanation in enumerate(explanations, 1):
        if len(explanations) > 1:
            yield f"  filter {number} {'matches' if explanation.matches else 'does not match'}"
        indent = "    " if len(explanations) > 1 else "  "
        for branch_number, branch in enumerate(explanation.branches, 1):
            if len(explanation.branches) > 1:
                yield f"{indent}alternative {branch_number}"
            for leaf in branch:
                before = f"{indent}{verdict(leaf.verdict)}  "
                yield fitted(str(leaf), before=before, column=len(indent) + _VERDICT)
        if explanation.is_split:
            yield fitted("each condition holds, but not within one element of the list", before=indent)
        if explanation.near_miss is not None:
            yield fitted(f"near miss: look at {explanation.near_miss.path}", before=indent)


def _as_data(explanation: Explanation) -> dict[str, Any]:
    return {
        "matches": explanation.matches,
        "near_miss": explanation.near_miss and explanation.near_miss.path,
        "alternatives": [
            [
                {"path": leaf.path, "wanted": leaf.wanted, "found": leaf.found, "verdict": leaf.verdict}
                for leaf in branch
            ]
            for branch in explanation.branches
        ],
    }
