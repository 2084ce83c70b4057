"""
A `FilterPattern` as a value: its JSON, equality, pickling, explanations and examples.
"""

from __future__ import annotations

import doctest
import pickle
import pkgutil
import subprocess
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

import pipes_trigger.filters
from pipes_trigger.errors import FilterPatternError, PipesTriggerError
from pipes_trigger.filters import EventError, Explanation, FilterPattern, LeafVerdict
from pipes_trigger.filters.operators import OPERATORS
from pipes_trigger.filters.support import SUPPORTED_BY_PIPES, is_supported

MODULES = [
    module.name for module in pkgutil.walk_packages(pipes_trigger.filters.__path__, prefix="pipes_trigger.filters.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """
    Every example in a docstring does what it says.
    """
    result = doctest.testmod(import_module(name))

    assert result.failed == 0


def test_import_is_light() -> None:
    """
    Importing the filters loads neither CDK nor the slow parts of the standard library.
    """
    heavy = ("aws_cdk", "jsii", "boto3", "hypothesis", "difflib", "ipaddress", "decimal", "asyncio")
    code = f"import sys, pipes_trigger.filters; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_json_is_compact_and_keeps_spelling() -> None:
    """
    The deployed JSON has no spaces, keeps the order of keys, and spells numbers as they were.
    """
    text = '{ "b" : [ 1.50, 1e3, "é", "\\ud800", null, true ], "a": [{"numeric": [">", 0]}] }'

    expected = '{"b":[1.50,1e3,"é","\\ud800",null,true],"a":[{"numeric":[">",0]}]}'
    assert expected == FilterPattern(text, service="event_bus").to_json()


def test_pattern_is_plain_data() -> None:
    """
    The pattern as data is a new copy, with repeated keys merged as they count.
    """
    pattern = FilterPattern('{"a": {"b": [1]}, "c": [1.5], "a": {"d": [{"exists": true}]}}', service="event_bus")
    pattern.pattern["a"].clear()

    expected = {"a": {"b": [1], "d": [{"exists": True}]}, "c": [1.5]}
    assert expected == pattern.pattern


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [
        ({"a": ["x"]}, '{"a": ["x"]}', True),
        ({"a": ["x"], "b": [1]}, {"b": [1.0], "a": ["x"]}, True),
        ({"a": ["x", "y"]}, {"a": ["y", "x", "y"]}, True),
        ({"a": {"b": ["x"]}}, {"a.b": ["x"]}, True),
        ({"a": ["x"]}, {"a": ["y"]}, False),
        ({"a": [1]}, {"a": [True]}, False),
        ({"a": [1]}, {"a": ["1"]}, False),
        ({"a": ["x"]}, {"a": [{"prefix": "x"}]}, False),
        ({"a": [{"prefix": "x"}]}, {"a": [{"suffix": "x"}]}, False),
        ({"a": ["x"]}, {"a": [{"exactly": "x"}]}, False),
        ({"a": ["x"], "$or": [{"a": ["y"]}, {"b": ["z"]}]}, {"$or": [{"a": ["y"]}, {"b": ["z"]}], "a": ["x"]}, False),
    ],
)
def test_equality(one: Any, other: Any, *, are_equal: bool) -> None:
    """
    Patterns are equal when they mean the same branches of the same conditions.
    """
    first, second = FilterPattern(one, service="event_bus"), FilterPattern(other, service="event_bus")

    assert are_equal == (first == second)
    assert not are_equal or hash(first) == hash(second)


def test_other_service_is_another_pattern() -> None:
    """
    The service is part of a pattern, and other things never equal one.
    """
    pattern = {"eventName": ["INSERT"]}

    assert FilterPattern(pattern) != FilterPattern(pattern, service="event_bus")
    assert FilterPattern(pattern) != pattern


@pytest.mark.parametrize("service", ["pipes", "event_bus"])
def test_pickle(service: Any) -> None:
    """
    A pattern survives pickling, after it matched too.
    """
    pattern = FilterPattern({"eventName": ["INSERT"]}, service=service)
    assert pattern.matches({"eventName": "INSERT"})

    copy = pickle.loads(pickle.dumps(pattern))  # noqa: S301 - our own bytes
    assert (pattern, True) == (copy, copy.matches({"eventName": "INSERT"}))


def test_repr() -> None:
    """
    A pattern shows the call that makes it.
    """
    shown = [repr(FilterPattern({"eventName": ["INSERT"]})), repr(FilterPattern({"a": [1]}, service="event_bus"))]

    expected = [
        """FilterPattern('{"eventName":["INSERT"]}')""",
        """FilterPattern('{"a":[1]}', service='event_bus')""",
    ]
    assert expected == shown


def test_python_values() -> None:
    """
    Decimals, tuples and enum-like strings of Python data count as the JSON they stand for.
    """

    class Name(str):
        __slots__ = ()

    pattern = FilterPattern({"a": (Decimal("1.50"), Name("x"))}, service="event_bus")
    verdicts = [pattern.matches({"a": value}) for value in (1.5, Decimal("1.5"), Name("x"), ("y", "x"), Decimal("NaN"))]

    expected = [True, True, True, True, False]
    assert expected == verdicts
    assert pattern.to_json() == '{"a":[1.50,"x"]}'


def test_mappings_that_are_no_dicts() -> None:
    """
    Any mapping is an object, at the top and below.
    """
    from types import MappingProxyType

    pattern = FilterPattern(MappingProxyType({"a": MappingProxyType({"b": ["x"]})}), service="event_bus")
    records: list[Any] = [{"a": {"b": "x"}}, {"a": MappingProxyType({"b": "x"})}, MappingProxyType({"a": {"b": "x"}})]

    expected = [True, True, True]
    assert expected == [pattern.matches(record) for record in records]


def test_event_error() -> None:
    """
    A record that is no JSON gives an error of our tree that survives pickling.
    """
    with pytest.raises(EventError) as raised:
        FilterPattern({"eventName": ["INSERT"]}).matches("{")

    error = raised.value
    assert isinstance(error, (FilterPatternError, PipesTriggerError, ValueError))
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (str(error), error.violations) == (str(copy), copy.violations)
    assert str(error) == (
        "[FP040] record: is not JSON at line 1, column 2: expected a key in double quotes, found the end of the text;"
        " pass JSON text or a mapping"
    )


def test_explanation_of_a_miss() -> None:
    """
    An explanation shows every condition with what it wanted and found, and the one to look at.
    """
    pattern = FilterPattern(
        {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PENDING", {"prefix": "RE"}]}}}}
    )
    explanation = pattern.explain({"eventName": "INSERT", "dynamodb": {"NewImage": {"status": {"S": "DONE"}}}})

    expected = [
        LeafVerdict(
            path="dynamodb.NewImage.status.S",
            wanted="'PENDING' or prefix 'RE'",
            found="'DONE'",
            verdict=False,
            where=("dynamodb", "NewImage", "status", "S"),
        ),
        LeafVerdict(path="eventName", wanted="'INSERT'", found="'INSERT'", verdict=True, where=("eventName",)),
    ]
    assert expected == list(explanation)
    assert explanation.near_miss == expected[0]
    assert str(explanation) == (
        "does not match\n"
        "  no   dynamodb.NewImage.status.S: wanted 'PENDING' or prefix 'RE', found 'DONE'\n"
        "  yes  eventName: wanted 'INSERT', found 'INSERT'"
    )


def test_explanation_of_branches() -> None:
    """
    Each branch is explained, a condition that several share once among the leaves; two near branches are no near miss.
    """
    pattern = FilterPattern({"a": [1], "$or": [{"b": [1]}, {"c": [1]}]}, service="event_bus")
    explanation = pattern.explain({"a": 1, "b": 2})

    assert [leaf.path for leaf in explanation.leaves] == ["a", "b", "c"]
    assert explanation.near_miss is None
    assert str(explanation) == (
        "does not match\n"
        "  alternative 1\n"
        "  yes  a: wanted 1, found 1\n"
        "  no   b: wanted 1, found 2\n"
        "  alternative 2\n"
        "  yes  a: wanted 1, found 1\n"
        "  no   c: wanted 1, found nothing"
    )


def test_explanation_of_elements() -> None:
    """
    Where every condition holds, but in different elements of a list, the explanation says so.
    """
    pattern = FilterPattern({"l": {"x": [1], "y": [2]}}, service="event_bus")
    explanation = pattern.explain({"l": [{"x": 1}, {"y": 2}]})

    assert explanation.is_split
    assert explanation.near_miss is None
    assert str(explanation).endswith("each condition holds, but not within one element of the list")


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"a": {"b": {}}}, "{}, which is no value"),
        ({"a": {"b": {"c": 1}}}, "{'c': 1}, which is no value"),
        ({"a": {"b": []}}, "[], which is no value"),
        ({"a": 5}, "nothing"),
        ({}, "nothing"),
        ([], "nothing"),
        ({"a": {"b": ["w", "x", "w"]}}, "'w', 'x'"),
        ({"a": {"b": list(range(9))}}, "0, 1, 2, 3, 4, ..."),
    ],
)
def test_explanation_of_what_is_there(event: Any, found: str) -> None:
    """
    What is there is shown in few words.
    """
    explanation: Explanation = FilterPattern({"a": {"b": ["z"]}}, service="event_bus").explain(event)

    assert found == explanation.leaves[0].found


def test_support_table_names_every_operator() -> None:
    """
    The table of what Pipes supports has a row for every operator, and an event bus supports all.
    """
    assert set(OPERATORS) <= set(SUPPORTED_BY_PIPES)
    assert all(is_supported("event_bus", name) for name in SUPPORTED_BY_PIPES)
