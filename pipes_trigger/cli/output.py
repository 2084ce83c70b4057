"""
What commands print: results on standard output, remarks on standard error.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

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


def fitted(text: str, *, before: str = "", column: int | None = None, stream: TextIO | None = None) -> str:
    """
    Wrap a line between words to the width of a terminal; anywhere else it stays one line, so that it can be searched.

    Args:
        text: The line.
        before: What it begins with, colours and all.
        column: How wide that looks; by default its length.
        stream: Where it is printed; by default standard output.

    Example:
        >>> fitted("wanted 'PAID'", before="  ")
        "  wanted 'PAID'"
    """
    if not (stream or sys.stdout).isatty():
        return before + text
    indent = " " * (len(before) if column is None else column)
    wrapped = textwrap.fill(
        text,
        width=shutil.get_terminal_size().columns,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return before + wrapped.removeprefix(indent)


def complain(text: str) -> None:
    """
    Print what ends a command, line by line as wide as the terminal.
    """
    for line in text.splitlines():
        shown = line.lstrip()
        remark(fitted(shown, before=line.removesuffix(shown), stream=sys.stderr))


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
    Print faults or warnings, each in three lines; on a terminal they are wrapped to its width.
    """
    for each in violations:
        say(fitted(f"[{each.rule}] {each.path}", before=f"{click.style(word, fg=colour)} ", column=len(word) + 1))
        say(fitted(each.problem, before="  "))
        say(fitted(f"fix: {each.fix}", before="  "))


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
