"""
What a terminal shows below the lines of a local run: how many records of each pipe met which fate so far.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, Self

from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipes_trigger.local import events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rich.console import Console, RenderableType

_REFRESHES: Final = 4
_ANY_WIDTH: Final = 10_000
# Column by event; a failed invocation is no fate of a record, so it counts beside them.
_COLUMNS: Final[dict[type[events.PipeEvent], tuple[str, str]]] = {
    events.RecordRead: ("read", ""),
    events.RecordFiltered: ("filtered", "dim"),
    events.RecordDelivered: ("delivered", "green"),
    events.RecordDeadLettered: ("dead-lettered", "red"),
    events.RecordDiscarded: ("discarded", "red"),
    events.BatchFailed: ("failed sends", "yellow"),
}
_FATES: Final = ("filtered", "delivered", "dead-lettered", "discarded")
_WAITING: Final = "waiting"


class LiveCounters:
    """
    An observer that shows a table of counters while it is entered, on a terminal alone.

    It counts by itself: whoever asked the pipes from the thread that draws could wait for a pipe that waits to print.

    Args:
        console: Where the lines of the run are printed, too.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._live: Live | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._live = Live(console=console, get_renderable=self.drawn, refresh_per_second=_REFRESHES, transient=True)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def event(self, event: events.PipeEvent) -> None:
        """
        Count an event.
        """
        counts = self._counts[event.pipe]
        if type(event) in _COLUMNS:
            counts[_COLUMNS[type(event)][0]] += 1

    def drawn(self) -> RenderableType:
        """
        Give what is shown now: the table, or a line for each pipe where the terminal is too narrow for its numbers.
        """
        if not self._counts:
            return ""
        table = self.table()
        wide = self._console.options.update(width=_ANY_WIDTH)
        fits = self._console.measure(table, options=wide).maximum <= self._console.width
        return table if fits else Text("\n".join(self._lines()))

    def table(self) -> Table:
        """
        Give the table as it is now.
        """
        table = Table(box=None, pad_edge=False)
        table.add_column("pipe")
        for name, style in (*_COLUMNS.values(), (_WAITING, "")):
            table.add_column(name, justify="right", style=style)
        for pipe, numbers in self._numbers():
            table.add_row(pipe, *(str(number) if number else "-" for number in numbers.values()))
        return table

    def _lines(self) -> Iterator[str]:
        for pipe, numbers in self._numbers():
            yield f"{pipe}: {', '.join(f'{number} {name}' for name, number in numbers.items() if number)}"

    def _numbers(self) -> Iterator[tuple[str, dict[str, int]]]:
        for pipe, counts in list(self._counts.items()):
            numbers = {name: counts[name] for name, _ in _COLUMNS.values()}
            numbers[_WAITING] = counts["read"] - sum(counts[fate] for fate in _FATES)
            yield pipe, numbers
