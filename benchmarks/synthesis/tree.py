"""
What a process and its children - Python, the jsii runtime, its kernel - have used so far; Linux only.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_PROC = Path("/proc")
_PARENT = 1  # fields of /proc/<pid>/stat behind the command's name


def cpu_seconds() -> float:
    """
    Return the CPU time of this process and of its living descendants, in seconds.
    """
    return time.process_time() + sum(_scheduled(child) for child in _descendants(os.getpid()))


def peak_megabytes() -> float:
    """
    Return the sum of the greatest resident sizes of this process and of its living descendants.
    """
    return sum(_peak_kilobytes(process) for process in (os.getpid(), *_descendants(os.getpid()))) / 1024


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it ended in the meantime
        children.setdefault(int(fields[_PARENT]), []).append(int(folder.name))
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _scheduled(process: int) -> float:
    # The first number of a thread's schedstat is its time on a CPU, in nanoseconds.
    paths = (_PROC / str(process) / "task").glob("*/schedstat")
    return sum(int(path.read_text(encoding="utf-8").split()[0]) for path in paths) / 1e9


def _peak_kilobytes(process: int) -> int:
    lines = (_PROC / str(process) / "status").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
