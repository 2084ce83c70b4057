"""
What the checker says of the filters of DynamoDB pipes, word for word: `checker_messages.json` pins it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipes_trigger.filters import FilterPattern, FilterPatternError, FilterSet

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("checker_messages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["pattern"]))
def test_messages(case: dict[str, Any]) -> None:
    """
    Each way in which a filter can be wrong is named, with its place and the fix; what is merely odd is a warning.
    """
    try:
        told = {"errors": [], "warnings": [str(each) for each in FilterPattern(case["pattern"]).warnings]}
    except FilterPatternError as error:
        told = {"errors": [str(each) for each in error.violations], "warnings": []}

    assert {"errors": case["errors"], "warnings": case["warnings"]} == told


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["pattern"]))
def test_event_bus_knows_no_records(case: dict[str, Any]) -> None:
    """
    For an event bus nothing is said of the shape of a record.
    """
    try:
        found = FilterPattern(case["pattern"], service="event_bus").warnings
    except FilterPatternError as error:
        found = error.violations

    assert [each for each in found if each.rule >= "FP030"] == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"eventName": [b"x"]}, "[FP017] pattern['eventName'][0]: b'x' is no JSON value, its type is bytes"),
        ({"eventName": [float("nan")]}, "[FP017] pattern['eventName'][0]: nan is no JSON number"),
        ({"eventName": {1, 2}}, "[FP017] pattern['eventName']: {1, 2} is no JSON value, its type is set"),
        ({1: ["x"]}, "[FP017] pattern['1']: 1 is a key but no string"),
        (5, '[FP002] pattern: must be a JSON object, got 5; write {"eventName": ["INSERT"]}'),
        (b"{}", "[FP002] pattern: b'{}' is no JSON value, its type is bytes"),
        ("[1]", '[FP002] pattern: must be a JSON object, got [1]; write {"eventName": ["INSERT"]}'),
    ],
)
def test_python_data_that_is_no_json(pattern: Any, expected: str) -> None:
    """
    What JSON cannot say is refused where it stands.
    """
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern(pattern)

    assert str(raised.value.violations[0]).startswith(expected)


def test_all_faults_at_once() -> None:
    """
    Every fault of every kind is listed, in the order in which a reader meets them.
    """
    pattern = {
        "eventname": ["INSERT"],
        "dynamodb": {"NewImage": {"status": ["X"], "n": {"N": [5, {"wildcard": "*"}]}}, "Keys": {}},
        "eventName": "INSERT",
    }

    with pytest.raises(FilterPatternError) as raised:
        FilterPattern(pattern)

    assert [(violation.rule, violation.path) for violation in raised.value.violations] == [
        ("FP030", "pattern['eventname']"),
        ("FP031", "pattern['dynamodb']['NewImage']['status']"),
        ("FP033", "pattern['dynamodb']['NewImage']['n']['N'][0]"),
        ("FP007", "pattern['dynamodb']['NewImage']['n']['N'][1]"),
        ("FP005", "pattern['dynamodb']['Keys']"),
        ("FP003", "pattern['eventName']"),
    ]


def test_length_is_that_of_the_deployed_json() -> None:
    """
    A pattern may have 4,096 characters as compact JSON, whatever its text had.
    """
    frame = len(FilterPattern({"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}}).to_json()) - 1
    fits = {"dynamodb": {"NewImage": {"a": {"S": ["é" * (4096 - frame)]}}}}

    assert len(FilterPattern(fits).to_json()) == 4096
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern({"dynamodb": {"NewImage": {"a": {"S": ["é" * (4097 - frame)]}}}})
    assert str(raised.value) == (
        "[FP019] pattern: the deployed JSON has 4097 characters, Pipes takes 0 to 4096 characters;"
        " shorten it, or split it into several filters"
    )


def test_unknown_service() -> None:
    """
    A service that does not exist is refused.
    """
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern({"a": [1]}, service="lambda")  # type: ignore[arg-type]  # the fault that is tested

    assert str(raised.value) == ("[FP021] service: there is no service 'lambda'; pass one of 'pipes', 'event_bus'")


def test_filter_set_lists_every_fault() -> None:
    """
    Several filters give one error, each fault with the filter's place.
    """
    with pytest.raises(FilterPatternError) as raised:
        FilterSet([{"eventName": "INSERT"}, {"eventName": ["REMOVE"]}, "{", {"x": [1]}, {}, {}])

    assert [str(violation) for violation in raised.value.violations][:3] == [
        "[FP020] filters: has 6 filters, a pipe takes 0 to 5 filters;"
        " join some: the values of one list, and the branches of $or, are alternatives too",
        "[FP003] filters[0]['eventName']: match values must be a list, got 'INSERT'; write ['INSERT']",
        "[FP001] filters[2]: is not JSON at line 1, column 2:"
        " expected a key in double quotes, found the end of the text; write valid JSON",
    ]
    assert [each.path for each in raised.value.violations[3:]] == ["filters[3]['x']", "filters[4]", "filters[5]"]


def test_filter_set_warnings() -> None:
    """
    A filter that is there twice is a warning, and so are the warnings of each filter.
    """
    inserts = FilterPattern({"eventName": ["INSERT"]})
    filters = FilterSet([inserts, {"awsRegion": ["eu-west-1"]}, '{"eventName": ["INSERT", "INSERT"]}'])

    assert [str(violation) for violation in filters.warnings] == [
        "[FW001] filters[1]['awsRegion']: the service's documentation says that this field cannot be filtered;"
        " try it before you rely on it",
        "[FW004] filters[2]: is the same filter as filters[0]; drop one of them",
    ]
    assert len(filters) == 3
    assert filters[0] == inserts
    assert inserts in filters


def test_filter_set_matches_any() -> None:
    """
    A record passes if any filter matches it, or if there is no filter.
    """
    both = FilterSet([{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}])
    verdicts = [both.matches({"eventName": name}) for name in ("INSERT", "MODIFY", "REMOVE")]

    expected = [True, False, True]
    assert expected == verdicts
    assert FilterSet(()).matches({"eventName": "MODIFY"})
    assert FilterSet({"eventName": ["MODIFY"]}).matches('{"eventName": "MODIFY"}')
    assert FilterSet([{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}]) == both
    assert hash(FilterSet([{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"]}])) == hash(both)
