"""
`pipes-trigger rule`: what an error means, with a wrong and a right example, in the terminal.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.cli.completing import rules
from pipes_trigger.cli.error_pages import error_entries
from pipes_trigger.cli.exits import EXIT_YES
from pipes_trigger.cli.output import as_json, bad, good, remark, say, say_json
from pipes_trigger.errors import ViolationsError
from pipes_trigger.helpers.suggest import known_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.cli.error_pages import ErrorEntry, Example

_MOST_NAMED: Final = 6
_MOST_COLUMNS: Final = 100
_LINK: Final = re.compile(r"\[([^]]+)\]\([^)]+\)")


@click.command(
    epilog="""\b
Examples:
  pipes-trigger rule FP003
  pipes-trigger rule FP003 PR001
  pipes-trigger rule FilterPatternError
  pipes-trigger rule | grep IT
"""
)
@click.argument("names", nargs=-1, metavar="[ID]...", shell_complete=rules)
@as_json
def rule(names: tuple[str, ...], *, is_json: bool) -> int:
    """
    Explain an error by its id, such as FP003.

    ID is what stands in brackets before an error, or the name of a class of errors. Without one, every id is listed
    with a sentence.
    """
    entries = {name.lower(): entry for name, entry in error_entries().items()}
    unknown = [name for name in names if name.lower() not in entries]
    if unknown:
        known = known_names(unknown[0].upper(), (entry.name for entry in entries.values()))
        raise click.UsageError(f"there is no rule {unknown[0]!r}; {known}")
    wanted = [entries[name.lower()] for name in names] or sorted(entries.values(), key=lambda entry: entry.name)
    for index, entry in enumerate(wanted):
        if is_json:
            say_json(**_fields(entry))
        elif names:
            say(("\n" if index else "") + _shown(entry))
        else:
            say(f"{entry.name}  {_plain(entry.title)}")
    return EXIT_YES


def name_rules(broken: Iterable[str]) -> None:
    """
    Say which command explains the rules that were broken, where a person reads it.
    """
    if not sys.stderr.isatty():
        return
    known = error_entries()
    named = [each for each in dict.fromkeys(broken) if each in known]
    if named:
        remark(f"help: pipes-trigger rule {' '.join(named[:_MOST_NAMED])}")


def name_rules_of(error: Exception) -> None:
    """
    Say which command explains an error's rules, where it has any.
    """
    if isinstance(error, ViolationsError):
        name_rules(each.rule for each in error.violations)


def _fields(entry: ErrorEntry) -> dict[str, str]:
    return {
        "name": entry.name,
        "title": entry.title,
        "why": entry.why,
        "wrong": _joined(entry.wrong),
        "right": _joined(entry.right),
        "page": f"errors/{entry.page}.html#{entry.name.lower()}",
    }


def _shown(entry: ErrorEntry) -> str:
    columns = min(shutil.get_terminal_size().columns - 1, _MOST_COLUMNS)
    parts = [f"{click.style(entry.name, bold=True)}  {_plain(entry.title)}"]
    if entry.why:
        parts += ["", textwrap.fill(_plain(entry.why), columns, initial_indent="  ", subsequent_indent="  ")]
    for word, examples in ((bad("wrong"), entry.wrong), (good("right"), entry.right)):
        parts += ["", f"  {word}", textwrap.indent(_joined(examples), "    ")]
    return "\n".join(parts)


def _joined(examples: Iterable[Example]) -> str:
    return "\n".join(example.text for example in examples).rstrip("\n")


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", text).replace("`", "").replace("\\[", "[").replace("\\]", "]")
