"""
What a person sees of a local run: one line a happening, as it happens.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.text import Text

from pipes_trigger.local import events
from pipes_trigger.local.telling import describe, describe_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.local.template import LeftOut

_NAME_WIDTH: Final = 8

# Word and style of each event that gets a line; a word says what happened without its colour, too.
_WORDS: Final[dict[type[events.PipeEvent], tuple[str, str]]] = {
    events.RecordFiltered: ("filtered", "dim"),
    events.RecordDelivered: ("delivered", "green"),
    events.RecordDeadLettered: ("dead-lettered", "bold red"),
    events.RecordDiscarded: ("discarded", "bold red"),
    events.BatchFailed: ("failed", "yellow"),
    events.DeadLetterFailed: ("no dead letter", "bold red"),
    events.StreamUnavailable: ("stream down", "yellow"),
    events.RecordsTrimmed: ("trimmed", "bold red"),
    events.PipeReady: ("ready", "green"),
    events.PipeFailed: ("pipe failed", "bold red"),
}


class LocalConsole:
    """
    Prints a local run: colour on a terminal alone, and never where NO_COLOR is set.

    Args:
        console: Where to print; by default standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    def progress(self, message: str) -> None:
        """
        Print a step of setting up.
        """
        self.console.print(Text.assemble((f"{datetime.now(UTC).astimezone():%H:%M:%S} ", "dim"), message))

    def left_out(self, what: LeftOut) -> None:
        """
        Print what is not deployed or not run.
        """
        self.console.print(Text(f"  left out: {what}", style="yellow"))

    def event(self, event: events.PipeEvent) -> None:
        """
        Print what happened to a record or a pipe; events that say nothing new to a person are passed over.
        """
        line = self.line(event)
        if line is not None:
            self.console.print(line)

    def line(self, event: events.PipeEvent) -> Text | None:
        """
        Write the line of an event, or None where it has none.
        """
        if type(event) not in _WORDS:
            return None
        word, style = _WORDS[type(event)]
        when = datetime.fromtimestamp(event.time, UTC).astimezone()
        line = Text.assemble((f"{when:%H:%M:%S}.{when.microsecond // 1000:03d} ", "dim"), f"{event.pipe}  ")
        record = getattr(event, "record", None)
        if record is not None:
            line.append(f"{record['eventName']:<{_NAME_WIDTH}}{describe_keys(record)}  ")
        line.append(word, style=style)
        detail = describe(event)
        return line.append(f"  {detail}") if detail else line

    def effect(self, what: str, detail: Mapping[str, Any] | str) -> None:
        """
        Print what a function brought about: an execution that it started, a message that arrived.
        """
        text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)
        now = datetime.now(UTC).astimezone()
        stamp = f"{now:%H:%M:%S}.{now.microsecond // 1000:03d} "
        self.console.print(Text.assemble((stamp, "dim"), "    => ", (what, "bold cyan"), f"  {text}"))
