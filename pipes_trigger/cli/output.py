"""
What commands print: results on standard output, remarks on standard error.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.errors import Violation

as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON object a line, for machines.")


def say(text: str) -> None:
    """
    Print a result; click leaves colour out where no terminal reads it.
    """
    click.echo(text)


def remark(text: str) -> None:
    """
    Print what is no result, so that results can be piped on.
    """
    click.echo(text, err=True)


def say_json(**fields: Any) -> None:
    """
    Print a result for machines: one line, ASCII alone.
    """
    click.echo(json.dumps(fields))


def say_payload(text: str, *, is_json: bool) -> None:
    """
    Print what a function gets: indented for people on a terminal, else exactly as it is sent.
    """
    if not is_json:
        text = json.dumps(text, ensure_ascii=False)
    elif sys.stdout.isatty():
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    # JSON is UTF-8, whatever encoding the shell's settings say; half a surrogate pair becomes the escape that it was.
    click.echo(text if sys.stdout.isatty() else text.encode(errors="backslashreplace"))


def verdict(matches: bool) -> str:  # noqa: FBT001 - the value itself is what is said
    """
    Say yes or no, in three columns.
    """
    return good("yes") if matches else f"{bad('no')} "


def good(text: str) -> str:
    """
    Colour what is as wanted.
    """
    return click.style(text, fg="green")


def bad(text: str) -> str:
    """
    Colour what is not as wanted.
    """
    return click.style(text, fg="red")


def say_violations(violations: Iterable[Violation], word: str, colour: str) -> None:
    """
    Print faults or warnings, each in three lines that fit a narrow terminal.
    """
    for each in violations:
        say(f"{click.style(word, fg=colour)} [{each.rule}] {each.path}")
        say(f"  {each.problem}")
        say(f"  fix: {each.fix}")


def violations_json(violations: Iterable[Violation]) -> list[dict[str, str]]:
    """
    Give violations as `--json` prints them.
    """
    return [{"rule": each.rule, "path": each.path, "problem": each.problem, "fix": each.fix} for each in violations]


def count(number: int, noun: str, nouns: str | None = None) -> str:
    """
    Write a number with its noun.

    Example:
        >>> count(1, "record"), count(2, "record"), count(0, "batch", "batches")
        ('1 record', '2 records', '0 batches')
    """
    return f"{number} {noun if number == 1 else nouns or f'{noun}s'}"
