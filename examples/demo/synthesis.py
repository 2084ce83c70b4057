"""
Synthesizing the examples as a user would, each in a process of its own, while the emulator starts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipes_trigger.errors import LocalRunError
from pipes_trigger.local.node import synth_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PROGRESS_SECONDS = 1.5
LIMIT_SECONDS = 180


@dataclass(frozen=True, slots=True)
class App:
    """
    An app that is being synthesized.
    """

    name: str
    output: Path
    log: Path
    process: subprocess.Popen[bytes]


class Synthesis:
    """
    The apps that are being synthesized.
    """

    def __init__(self, apps: Sequence[App]) -> None:
        self._apps = apps

    def wait(self, progress: Callable[[str], None]) -> list[Path]:
        """
        Wait for every app and return where their assemblies are.

        Raises:
            LocalRunError: An app failed, with what it printed, or took too long.
        """
        started = told = time.monotonic()
        while any(app.process.poll() is None for app in self._apps):
            now = time.monotonic()
            if now - started > LIMIT_SECONDS:
                raise LocalRunError(f"the examples were not synthesized after {LIMIT_SECONDS} s")
            if now - told >= PROGRESS_SECONDS:
                waiting = ", ".join(app.name for app in self._apps if app.process.poll() is None)
                progress(f"synthesizing {waiting} ({now - started:.0f} s)")
                told = now
            time.sleep(0.05)
        for app in self._apps:
            if app.process.returncode != 0:
                printed = app.log.read_text(encoding="utf-8", errors="replace")
                raise LocalRunError(f"{app.name} was not synthesized:\n{printed}")
            progress(f"synthesized {app.name}")
        return [app.output for app in self._apps]


@contextmanager
def synthesize(folders: Sequence[Path], work: Path) -> Iterator[Synthesis]:
    """
    Start synthesizing apps; leaving the block ends what still runs.

    Args:
        folders: The apps' folders, each with an app.py.
        work: Where assemblies, logs and temporary files go.
    """
    apps: list[App] = []
    try:
        apps.extend(_start(folder, work) for folder in folders)
        yield Synthesis(apps)
    finally:
        for app in apps:
            with suppress(ProcessLookupError):
                os.killpg(app.process.pid, signal.SIGKILL)
            app.process.wait()


def _start(folder: Path, work: Path) -> App:
    output, log = work / folder.name, work / f"{folder.name}.log"
    environment = {
        **os.environ,
        **synth_environment(),
        "CDK_OUTDIR": str(output),
        "CDK_VALIDATION": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(work),
    }
    with log.open("wb") as target:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT,
            # A group of its own: CDK's Node process goes with it.
            start_new_session=True,
        )
    return App(folder.name, output, log, process)
