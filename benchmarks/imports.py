"""
What importing costs over starting Python: CPU of a fresh process, with and without the import.

    python benchmarks/imports.py [--rounds N] [--instructions]

Samples take turns. A figure is the median with the least and the greatest; the exit status says whether the targets are
met. `import aws_cdk` stands beside for comparison. Byte code is there, as after any installation, whatever
PYTHONDONTWRITEBYTECODE says of this checkout. With --instructions valgrind counts what is executed, too, which a busy
machine does not change.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory
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
    parser.add_argument("--instructions", action="store_true", help="count them with valgrind, which takes a minute")
    given = parser.parse_args()
    with TemporaryDirectory() as byte_code:
        os.environ["PYTHONPYCACHEPREFIX"] = byte_code
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for statement in STATEMENTS:
            _milliseconds(statement)  # writes the byte code
        all_met = _say_times(given.rounds)
        if given.instructions:
            _say_instructions()
    return 0 if all_met else 1


def _say_times(rounds: int) -> bool:
    over: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
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
    return all_met


def _say_instructions() -> None:
    bare = _instructions("pass")
    print(f"instructions over bare Python, millions; bare Python {bare / 1e6:.1f}")
    for statement in STATEMENTS:
        over = _instructions(statement) - bare
        print(f"{statement:<72}{over / 1e6:>20.1f}   {over / bare:.1f} times bare Python")


def _instructions(statement: str) -> int:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("--instructions needs valgrind, which is not on the path")
    command = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-c", statement]
    # Otherwise the order of sets, and with it the count, is another each time.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr
    counted = re.search(r"Collected\s*:\s*(\d+)", said)
    assert counted is not None  # noqa: S101 - valgrind always says it
    return int(counted[1])


def _milliseconds(statement: str) -> float:
    with subprocess.Popen([sys.executable, "-c", statement], stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"this failed: {statement}")
    return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    sys.exit(main())
