"""
What importing costs over starting Python: CPU of a fresh process, with and without the import.

    python benchmarks/imports.py [--rounds N]

Samples take turns. A figure is the median with the least and the greatest; the exit status says whether the targets are
met. `import aws_cdk` stands beside for comparison.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from typing import Final

MOST_MILLISECONDS: Final = 60
STATEMENTS: Final = {
    "import pipes_trigger": True,
    "from pipes_trigger import FilterPattern, InputTemplate": True,
    "from pipes_trigger import PipeSpec, StreamTriggerType, FailureHandling": True,
    "import aws_cdk": False,
}


def main() -> int:
    """
    Take the samples and print the table.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    over: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for statement in STATEMENTS:
        _milliseconds(statement)  # writes the byte code
    for _ in range(rounds):
        floor = _milliseconds("pass")
        for statement, figures in over.items():
            figures.append(_milliseconds(statement) - floor)
    print(f"CPU over bare Python, ms; {rounds} rounds")
    all_met = True
    for statement, figures in over.items():
        middle = statistics.median(figures)
        shown = f"{middle:.0f} ({min(figures):.0f} to {max(figures):.0f})"
        verdict = ""
        if STATEMENTS[statement]:
            all_met &= middle < MOST_MILLISECONDS
            verdict = f"under {MOST_MILLISECONDS}: {'met' if middle < MOST_MILLISECONDS else 'missed'}"
        print(f"{statement:<72}{shown:>20}   {verdict}".rstrip())
    return 0 if all_met else 1


def _milliseconds(statement: str) -> float:
    with subprocess.Popen([sys.executable, "-c", statement], stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"this failed: {statement}")
    return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    sys.exit(main())
