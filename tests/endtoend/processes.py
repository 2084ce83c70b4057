"""
Who is still running.
"""

from __future__ import annotations

from pathlib import Path


def processes_with(marker: str) -> list[str]:
    """
    List the processes whose environment has a marker, which every child inherits or is started with.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if marker.encode() in environment and state != "Z":
            found.append(entry.name)
    return found
