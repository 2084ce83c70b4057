"""
What a person sees of work that takes over a second: one line on standard error, on a terminal alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

QUIET_SECONDS: Final = 1.0
_REDRAW_SECONDS: Final = 0.2
_ERASE: Final = "\r\x1b[K"


class Progress:
    """
    A line that says how far some work is, while it is entered; erased when it ends.

    Nothing is shown during the first second, nor where standard error is no terminal, or one that cannot erase.

    Args:
        describe: Says how far the work is: `records.jsonl: 120,000 records read`. Called from another thread.
        is_wanted: Whether to show it at all.
        quiet: The seconds before the line is shown.
    """

    def __init__(self, describe: Callable[[], str], *, is_wanted: bool = True, quiet: float = QUIET_SECONDS) -> None:
        self._is_wanted = is_wanted
        self._describe = describe
        self._quiet = quiet
        self._stream = sys.stderr
        self._lock = Lock()
        self._stopping = Event()
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        if self._is_wanted and self._stream.isatty() and os.environ.get("TERM") != "dumb":
            self._thread = Thread(target=self._run, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._write("")

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """
        Show nothing within, so that a result can be printed to the same terminal.
        """
        if self._thread is None:
            yield
            return
        with self._lock:
            self._write("")
            yield

    def _run(self) -> None:
        wait = self._quiet
        while not self._stopping.wait(wait):
            with self._lock:
                self._write(self._describe())
            wait = _REDRAW_SECONDS

    def _write(self, text: str) -> None:
        # One column stays free: a full line wraps on some terminals, and is then not erased whole.
        shown = text[: shutil.get_terminal_size().columns - 1]
        self._stream.write(f"{_ERASE}{shown}")
        self._stream.flush()
