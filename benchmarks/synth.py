"""
What a trigger costs at synth, beside other ways to wire the same: CPU, memory, calls to Node, resources, bytes.

    python benchmarks/synth.py [--rounds N] [--peers FOLDER]

Each sample is a process of its own. Samples take turns, and ratios are taken within a round, so that a busy machine
slows all of them alike. CPU is that of Python and Node together; `work` leaves out starting them and loading CDK.
CDK's own template validator is off. A figure is the median with the least and the greatest; rows with a target say
whether it is met, and the exit status too. `--peers` is a folder with packages that are not installed here
(pipes-alpha's sources and targets). Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
VARIANTS: Final = ("bare", "defaults", "original", "event source", "pipes-alpha", "empty stack")
MANY, FEW, ALL = 50, 10, 100
COUNTED: Final = (2, 12)
RESOURCES_A_STACK: Final = 500

# Ours, the other, what is compared, at most.
TARGETS: Final = (
    ("bare", "original", "work_cpu", 0.50),
    ("bare", "original", "cpu", 0.70),
    ("bare", "event source", "cpu", 0.95),
    ("bare", "pipes-alpha", "cpu", 0.80),
    ("defaults", "original", "work_cpu", 0.80),
)
GROWTH: Final = 1.3
CALLS: Final = {"bare": 8}
RESOURCES: Final = {"bare": 4, "defaults": 7}

Sample = dict[str, Any]


def main() -> int:
    """
    Take all samples and print the tables.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=Path)
    options = parser.parse_args()
    environment = _environment(options.peers)
    variants = [name for name in VARIANTS if _is_there(name, environment)]
    verdicts = [*_counts(variants, environment), *_ratios(variants, options.rounds, environment)]
    verdicts += _growth(max(3, options.rounds // 2), environment)
    return 0 if all(verdicts) else 1


def _environment(peers: Path | None) -> dict[str, str]:
    paths = [str(ROOT)] if peers is None else [str(ROOT), str(peers.resolve())]
    fixed = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0", "CDK_VALIDATION": "false"}
    return {**os.environ, **fixed}


def _sample(variant: str, number: int, environment: dict[str, str], *flags: str) -> Sample:
    command = [sys.executable, "-m", "benchmarks.synthesis.sample", variant, str(number), *flags]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - for the type checker
        text = process.stdout.read()
        # Python waits for Node, so this is the CPU time of both.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"a sample failed: {' '.join(command)}\n{said.read()}")
    return {**json.loads(text), "cpu": usage.ru_utime + usage.ru_stime}


def _is_there(variant: str, environment: dict[str, str]) -> bool:
    missing = _sample(variant, 1, environment).get("missing")
    if missing is not None:
        print(f"left out: {variant}, as {missing} is not installed")
    return missing is None


def _counts(variants: list[str], environment: dict[str, str]) -> list[bool]:
    print(f"\n{'per trigger':<14}{'calls':>7}{'bytes sent':>12}{'resources':>11}{'template':>10}{'a stack':>9}")
    verdicts = []
    few, many = COUNTED
    for variant in variants:
        less, more = (_sample(variant, number, environment, "--count") for number in COUNTED)
        each = {
            name: (more[name] - less[name]) / (many - few) for name in ("calls", "bytes", "resources", "template_bytes")
        }
        most = f"{RESOURCES_A_STACK / each['resources']:.0f}" if each["resources"] else "-"
        print(
            f"{variant:<14}{each['calls']:>7.1f}{each['bytes']:>12,.0f}{each['resources']:>11.0f}"
            f"{each['template_bytes']:>10,.0f}{most:>9}"
        )
        verdicts += [each["calls"] <= CALLS.get(variant, each["calls"])]
        verdicts += [each["resources"] <= RESOURCES.get(variant, each["resources"])]
    return verdicts


def _ratios(variants: list[str], rounds: int, environment: dict[str, str]) -> list[bool]:
    samples: dict[str, list[Sample]] = {name: [] for name in variants}
    for turn in range(rounds):
        for place in range(len(variants)):
            name = variants[(place + turn) % len(variants)]
            samples[name].append(_sample(name, MANY, environment))
    print(f"\n{f'{MANY} triggers':<14}{'work CPU, s':>24}{'whole CPU, s':>24}{'memory, MB':>24}   {rounds} rounds")
    for name, taken in samples.items():
        columns = (_shown([each[what] for each in taken], places) for what, places in _COLUMNS)
        print(f"{name:<14}" + "".join(f"{column:>24}" for column in columns))
    print()
    verdicts = []
    for ours, other, what, most in TARGETS:
        if other in samples:
            ratios = [mine[what] / its[what] for mine, its in zip(samples[ours], samples[other], strict=True)]
            label = f"{ours} / {other}, {'work' if what == 'work_cpu' else 'whole'} CPU"
            verdicts.append(_verdict(label, ratios, most))
    return verdicts


_COLUMNS: Final = (("work_cpu", 2), ("cpu", 2), ("memory", 0))


def _growth(rounds: int, environment: dict[str, str]) -> list[bool]:
    cpu, memory = [], []
    for _ in range(rounds):
        floor = _sample("empty stack", 0, environment)["memory"]
        few, many = (_sample("bare", number, environment) for number in (FEW, ALL))
        cpu.append(many["work_cpu"] / ALL / (few["work_cpu"] / FEW))
        memory.append((many["memory"] - floor) / ALL / ((few["memory"] - floor) / FEW))
    label = f"per trigger, N={ALL} / N={FEW}"
    return [
        _verdict(f"bare, work CPU {label}", cpu, GROWTH),
        _verdict(f"bare, memory over an empty stack {label}", memory, GROWTH),
    ]


def _verdict(label: str, ratios: list[float], most: float) -> bool:
    is_met = statistics.median(ratios) <= most
    print(f"{label:<62}{_shown(ratios, 2):>20}   at most {most:.2f}: {'met' if is_met else 'missed'}")
    return is_met


def _shown(figures: list[float], places: int) -> str:
    middle, least, most = (f"{value:.{places}f}" for value in (statistics.median(figures), min(figures), max(figures)))
    return f"{middle} ({least} to {most})"


if __name__ == "__main__":
    sys.exit(main())
