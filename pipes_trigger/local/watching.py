"""
Everything that watches a local run: the console, the live counters, the structured log and the report.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from pipes_trigger.errors import ConfigurationError, LocalRunError, PipesTriggerError, Violation
from pipes_trigger.local.live import LiveCounters
from pipes_trigger.local.report import write_page
from pipes_trigger.local.trace import Trace
from pipes_trigger.local.trace_log import TraceLog
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from pipes_trigger.local.console import LocalConsole
    from pipes_trigger.local.deployment import Deployment
    from pipes_trigger.local.events import Observer, PipeEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFiles:
    """
    What a run leaves behind.

    Attributes:
        report: The page with the way of every record; it holds item data. None for none.
        log: The file that a line of JSON is appended to for each event; None for none.
        log_records: Write item data into the log, too.
    """

    report: Path | None = None
    log: Path | None = None
    log_records: bool = False


class Watching:
    """
    An observer that passes events on to every other one.

    Leaving it writes the report, however the run ended.

    Args:
        console: Where lines are printed.
        records: What to leave behind.

    Raises:
        ConfigurationError: On entering, a file cannot be written; every such one is named.
        LocalRunError: On leaving, the report cannot be written.

    Example:
        ```python
        with Watching(console, RunFiles(report=Path("trace.html"))) as watching:
            with LocalPipes(deployment, observer=watching.event):
                ...
        ```
    """

    def __init__(self, console: LocalConsole, records: RunFiles) -> None:
        self._console = console
        self._records = records
        self._trace = Trace()
        self._stack = ExitStack()
        self._observers: list[Observer] = [console.event]

    def __enter__(self) -> Self:
        faults = []
        with ExitStack() as opening:
            if self._records.log is not None:
                try:
                    log = opening.enter_context(TraceLog(self._records.log, records=self._records.log_records))
                    self._observers.append(log.event)
                except OSError as error:
                    faults.append(_unwritable("--log", self._records.log, error))
            if self._records.report is not None:
                try:
                    # Written at once: a file that cannot be written is said before the run, not behind it.
                    write_page(self._trace.data(), self._records.report)
                    self._observers.append(self._trace.event)
                except OSError as error:
                    faults.append(_unwritable("--report", self._records.report, error))
            if faults:
                raise ConfigurationError(faults)
            opening.callback(self._write_report)
            live = opening.enter_context(LiveCounters(self._console.console))
            self._observers.append(live.event)
            self._stack = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def event(self, event: PipeEvent) -> None:
        """
        Pass an event on.
        """
        for observer in self._observers:
            observer(event)

    def know(self, deployment: Deployment) -> None:
        """
        Learn the pipes' filters, so that the report can say why records passed.
        """
        for stack in deployment.stacks:
            for pipe in stack.pipes:
                with suppress(PipesTriggerError):  # a pipe that cannot be read is not run either, and that is told
                    self._trace.filters[pipe.name] = PipeSpec.from_template(stack.template, pipe.logical_id).filters

    def _write_report(self) -> None:
        if self._records.report is not None:
            try:
                write_page(self._trace.data(), self._records.report)
            except OSError as error:
                raise LocalRunError(f"the report cannot be written: {error}") from error
            self._console.progress(f"the way of every record: {self._records.report}")


def _unwritable(option: str, path: Path, error: OSError) -> Violation:
    problem = f"cannot be written: {error.strerror or error} ({str(path)!r})"
    return Violation("LR010", option, problem, "name a file in a folder that is there")
