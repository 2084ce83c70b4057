"""
Our verdicts are Event Ruler's, case by case; the cases are JSON lines.

`pattern_cases.jsonl` was made by running Event Ruler 2.0.1. `own_cases.jsonl` was reasoned from its rules; each case
says why. `strict` and `ops` are not used here; `lossy` marks events that Python's JSON reader cannot hold.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from pipes_trigger.filters import FilterPattern, FilterPatternError

HERE = Path(__file__).parent
# Where we differ from Event Ruler on purpose; docs/PATTERNS.md says why.
DIFFERENT = {"p0075": True}


def cases() -> dict[str, list[dict[str, Any]]]:
    """
    Read every case, by kind.
    """
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name in ("pattern_cases.jsonl", "own_cases.jsonl"):
        for line in (HERE / name).read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            by_kind[case["kind"]].append(case)
    return by_kind


CASES = cases()


def verdict(case: dict[str, Any], *, as_text: bool) -> bool | None:
    """
    Match the case's event, or return None where the pattern is invalid.
    """
    try:
        pattern = FilterPattern(case["pattern"], service="event_bus")
    except FilterPatternError:
        return None
    return pattern.matches(case["event"] if as_text else json.loads(case["event"]))


@pytest.mark.parametrize("kind", sorted(CASES))
def test_verdicts_on_text(kind: str) -> None:
    """
    A pattern is valid, and matches the text of an event, exactly where Event Ruler says so.
    """
    expected = {case["id"]: case["match"] if case["valid"] else None for case in CASES[kind]}
    expected |= {each: not expected[each] for each in DIFFERENT if each in expected}

    assert expected == {case["id"]: verdict(case, as_text=True) for case in CASES[kind]}


@pytest.mark.parametrize("kind", sorted(CASES))
def test_verdicts_on_data(kind: str) -> None:
    """
    An event that Python can hold gets the same verdict as its text.
    """
    held = [case for case in CASES[kind] if not case["lossy"]]

    expected = {case["id"]: case["match"] if case["valid"] else None for case in held}
    assert expected == {case["id"]: verdict(case, as_text=False) for case in held}


def test_explanations_agree_with_verdicts() -> None:
    """
    An explanation says the same as `matches`, and all conditions of some branch hold where the event matches.
    """
    told = {}
    expected = {}
    for case in (case for kind in CASES.values() for case in kind if case["valid"]):
        pattern = FilterPattern(case["pattern"], service="event_bus")
        explanation = pattern.explain(case["event"])
        holds = any(all(leaf.verdict for leaf in branch) for branch in explanation.branches)
        expected[case["id"]] = (pattern.matches(case["event"]), pattern.matches(case["event"]))
        told[case["id"]] = (explanation.matches, holds and not explanation.is_split)

    assert expected == told


def test_json_round_trip() -> None:
    """
    Every valid pattern is the same pattern after it was written as JSON and read again.
    """
    valid = [
        FilterPattern(case["pattern"], service="event_bus") for kind in CASES.values() for case in kind if case["valid"]
    ]

    assert valid == [FilterPattern(each.to_json(), service="event_bus") for each in valid]


def test_there_are_enough_cases() -> None:
    """
    The shared cases are all there, and at least 300 of our own with a reason each.
    """
    own = [case for kind in CASES.values() for case in kind if case["id"].startswith("o")]

    shared = sum(map(len, CASES.values())) - len(own)
    assert shared == 408
    assert len([case for case in own if case["why"]]) >= 300
