"""
Matches per second of our matcher and of the emulators' engines, on the same records in one run.

    python benchmarks/matcher.py

Every engine gets the pattern compiled and the record as a dict, except in the rows on text. A figure is the median of
several rounds with the least and the greatest; engines take turns, so that a busy machine slows all of them. The last
column is the ratio to ministack's engine; rows that have a target say whether it is met, and the exit status too.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pipes_trigger.filters import FilterPattern

ROUNDS = 9
SECONDS_A_ROUND = 0.05

PATTERN: dict[str, Any] = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {
        "Keys": {"pk": {"S": [{"prefix": "ORDER#"}]}},
        "NewImage": {
            "status": {"S": ["PENDING", "RETRY"]},
            "country": {"S": [{"anything-but": ["US", "CA"]}]},
            "total": {"N": [{"exists": True}]},
        },
        "OldImage": {"status": {"S": ["NEW"]}},
    },
}
RECORD: dict[str, Any] = {
    "eventID": "c4ca4238a0b923820dcc509a6f75849b",
    "eventName": "MODIFY",
    "eventVersion": "1.1",
    "eventSource": "aws:dynamodb",
    "awsRegion": "eu-west-1",
    "dynamodb": {
        "ApproximateCreationDateTime": 1767225600,
        "Keys": {"pk": {"S": "ORDER#1001"}, "sk": {"S": "META"}},
        "NewImage": {
            "pk": {"S": "ORDER#1001"},
            "sk": {"S": "META"},
            "status": {"S": "PENDING"},
            "country": {"S": "CH"},
            "total": {"N": "120.5"},
            "note": {"S": "leave at the door " * 16},
        },
        "OldImage": {"pk": {"S": "ORDER#1001"}, "sk": {"S": "META"}, "status": {"S": "NEW"}, "country": {"S": "CH"}},
        "SequenceNumber": "111000000000000000001",
        "SizeBytes": 512,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    },
    "eventSourceARN": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000",
}

Call = Callable[[], object]


def main() -> int:
    """
    Run every row and print it.
    """
    hit = RECORD
    late_miss = _with(RECORD, "OldImage", "FAILED")
    early_miss = {**RECORD, "eventName": "REMOVE"}
    with_list = _with(RECORD, "NewImage", ["PENDING"])
    text = json.dumps(RECORD)
    ours = FilterPattern(PATTERN)
    print(f"record {len(text)} bytes, six fields, {ROUNDS} rounds of {SECONDS_A_ROUND} s\n")
    others = _others()
    verdicts = []
    rows = [
        ("hit", hit, 8.0),
        ("late miss", late_miss, 3.0),
        ("early miss", early_miss, None),
        ("list", with_list, None),
    ]
    for name, record, target in rows:
        engines: dict[str, Call] = {"ours": _call(ours.matches, record)}
        engines |= {engine: _call(match, record) for engine, match in others.items()}
        verdicts.append(_print(name, _rates(engines), "ministack", target))
    parsing: dict[str, Call] = {
        "ours": _call(ours.matches, text),
        "json.loads, then ours": lambda: ours.matches(json.loads(text)),
    }
    verdicts.append(_print("text", _rates(parsing), "json.loads, then ours", 0.75))
    compiling: dict[str, Call] = {"ours": lambda: FilterPattern(PATTERN).matches(hit)}
    milliseconds = 1000 / statistics.median(_rates(compiling)["ours"])
    print(f"check, compile and first match: {milliseconds:.2f} ms (target: under 1)")
    return 0 if all(verdicts) else 1


def _with(record: dict[str, Any], image: str, status: Any) -> dict[str, Any]:
    change = record["dynamodb"]
    return {**record, "dynamodb": {**change, image: {**change[image], "status": {"S": status}}}}


def _call(match: Callable[[Any], object], record: Any) -> Call:
    return lambda: match(record)


def _others() -> dict[str, Callable[[Any], object]]:
    engines: dict[str, Callable[[Any], object]] = {}
    try:
        eventbridge = import_module("ministack.services.eventbridge")
    except ImportError:
        print("ministack is not installed", file=sys.stderr)
    else:
        alternatives = eventbridge._compiled_pattern(json.dumps(PATTERN))  # noqa: SLF001 - its engine has no public name
        matches = eventbridge._matches_detail  # noqa: SLF001 - as above
        engines["ministack"] = lambda record: any(matches(record, each) for each in alternatives)
    try:
        moto = import_module("moto.events.models")
    except ImportError:
        print("moto is not installed", file=sys.stderr)
    else:
        engines["moto"] = moto.EventPattern.load(json.dumps(PATTERN)).matches_event
    return engines


def _rates(calls: dict[str, Call]) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in calls}
    counts = {name: _count(call) for name, call in calls.items()}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(counts[name]):
                call()
            rates[name].append(counts[name] / (time.perf_counter() - start))
    return rates


def _count(call: Call) -> int:
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS_A_ROUND:
        call()
        count += 1
    return count


def _print(name: str, rates: dict[str, list[float]], base: str, target: float | None) -> bool:
    ratio = statistics.median(rates["ours"]) / statistics.median(rates[base]) if base in rates else None
    for engine, each in rates.items():
        shown = f"{statistics.median(each):>10,.0f}/s  ({min(each):,.0f} to {max(each):,.0f})"
        print(f"{name:<11}{engine:<23}{shown}")
    if ratio is None:
        return True
    is_met = target is None or ratio >= target
    goal = "" if target is None else f", target {target:g}: {'met' if is_met else 'MISSED'}"
    print(f"{name:<11}ours / {base}: {ratio:.2f}{goal}\n")
    return is_met


if __name__ == "__main__":
    sys.exit(main())
