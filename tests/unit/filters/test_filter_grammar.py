"""
What is said of patterns that are invalid for every service, word for word: `grammar_messages.json` pins it by case.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipes_trigger.filters import FilterPattern, FilterPatternError

HERE = Path(__file__).parent
MESSAGES: dict[str, list[str]] = json.loads((HERE / "grammar_messages.json").read_text(encoding="utf-8"))
OWN = HERE.parents[1] / "conformance" / "own_cases.jsonl"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in map(json.loads, OWN.read_text(encoding="utf-8").splitlines()) if not case["valid"]
}


@pytest.mark.parametrize("case", CASES)
def test_messages(case: str) -> None:
    """
    An invalid pattern is refused with the place, the value and the fix.
    """
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern(CASES[case]["pattern"], service="event_bus")

    assert MESSAGES[case] == [str(violation) for violation in raised.value.violations]


def test_place_in_the_text() -> None:
    """
    Where text is not JSON, line and column are counted from one.
    """
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern('{\n  "eventName": ["INSERT",]\n}')

    assert str(raised.value) == (
        "[FP001] pattern: is not JSON at line 2, column 26: expected a value, found ']'; write valid JSON"
    )


def test_operators_support_differs_by_service() -> None:
    """
    What Pipes does not support is refused in a pipe and accepted on an event bus.
    """
    refused = [
        *({"wildcard": "a*"}, {"cidr": "10.0.0.0/8"}, {"exactly": "a"}),
        *({"anything-but": {name: "a"}} for name in ("prefix", "suffix", "equals-ignore-case", "wildcard")),
    ]
    rules = []
    for operator in refused:
        assert FilterPattern({"a": [operator]}, service="event_bus").warnings == ()
        with pytest.raises(FilterPatternError) as raised:
            FilterPattern({"dynamodb": {"NewImage": {"a": {"S": [operator]}}}})
        rules += [(violation.rule, violation.problem) for violation in raised.value.violations]

    expected = [
        ("FP007", f"{name} is not supported by Pipes")
        for name in (
            *("wildcard", "cidr", "exactly", "anything-but prefix", "anything-but suffix"),
            *("anything-but equals-ignore-case", "anything-but wildcard"),
        )
    ]
    assert expected == rules
