"""
What was expected beside what was observed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from changes import Change, Expected
    from observing import Observed
    from rich.console import Console

FATES = {"filter": "filtered", "start": "delivered", "publish": "delivered", "dead-letter": "dead-lettered"}


def print_summary(console: Console, changes: Sequence[Change], observed: Observed) -> bool:
    """
    Print the tables, and say whether everything agrees.
    """
    expected = [record for change in changes for record in change.expect]
    fates = Counter((record.key, record.event, FATES[record.fate]) for record in expected)
    executions = _multiset([record.variables for record in expected if record.fate == "start"])
    messages = Counter((record.key, record.event) for record in expected if record.fate == "publish")
    seen_executions = _multiset(observed.executions)
    rows: list[tuple[str, Counter[Any], Counter[Any]]] = [
        (f"records {fate}", _only(fates, fate), _only(observed.fates, fate))
        for fate in ("filtered", "delivered", "dead-lettered")
    ]
    rows += [
        ("pipeline executions", executions, seen_executions),
        ("messages received", messages, observed.messages),
        ("dead-letter messages", _dead_letters(expected), Counter(["message"] * len(observed.dead_letters))),
    ]
    _print_executions(console, observed)
    _print_rows(console, f"{len(changes)} calls, {len(expected)} records", rows)
    for name, wanted, found in rows:
        for what, many in (("missing", wanted - found), ("unexpected", found - wanted)):
            for one in many:
                console.print(Text(f"  {what} in {name}: {one}", style="bold red"))
    agreed = all(wanted == found for _, wanted, found in rows)
    console.print(
        Text("everything as expected" if agreed else "NOT as expected", style="bold green" if agreed else "bold red")
    )
    return agreed


def _multiset(mappings: Sequence[Any]) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(sorted(mapping.items())) for mapping in mappings)


def _only(fates: Counter[tuple[str, str, str]], fate: str) -> Counter[tuple[str, str, str]]:
    return Counter({record: count for record, count in fates.items() if record[2] == fate})


def _dead_letters(expected: Sequence[Expected]) -> Counter[str]:
    return Counter("message" for record in expected if record.fate == "dead-letter")


def _print_executions(console: Console, observed: Observed) -> None:
    table = Table(title="pipeline executions", title_justify="left")
    table.add_column("SERVICE")
    table.add_column("RELEASE")
    for variables in observed.executions:
        table.add_row(Text(variables["SERVICE"]), Text(variables["RELEASE"]))
    console.print(table)


def _print_rows(console: Console, title: str, rows: Sequence[tuple[str, Counter[Any], Counter[Any]]]) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("what", "expected", "observed", ""):
        table.add_column(heading, justify="right" if heading in {"expected", "observed"} else "left")
    for name, wanted, found in rows:
        verdict = Text("ok", style="green") if wanted == found else Text("differs", style="bold red")
        table.add_row(name, str(wanted.total()), str(found.total()), verdict)
    console.print(table)
