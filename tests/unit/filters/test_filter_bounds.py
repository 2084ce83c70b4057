"""
Any JSON as pattern and any JSON as event: a verdict or a `FilterPatternError`, in bounded time.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.errors import Violation
from pipes_trigger.filters import EventError, FilterPattern, FilterPatternError
from pipes_trigger.filters.grammar import MOST_BRANCHES
from pipes_trigger.filters.support import SERVICES

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
KEYS = st.sampled_from(
    [
        "a",
        "b",
        "a.b",
        "",
        "$or",
        "eventName",
        "dynamodb",
        "NewImage",
        "S",
        "N",
        "prefix",
        "exists",
        "anything-but",
        "numeric",
    ]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
VALUES = st.sampled_from(
    [
        *("a", "10.0.0.1", 1, 2.5, None, True, {"exists": True}, {"exists": False}, {"prefix": ""}, {"suffix": "a"}),
        *(
            {"anything-but": "a"},
            {"anything-but": [1]},
            {"numeric": [">", 1]},
            {"cidr": "10.0.0.0/8"},
            {"wildcard": "*a*"},
        ),
    ]
)
VALID = st.recursive(
    st.lists(VALUES, min_size=1, max_size=3),
    lambda inner: (
        st.dictionaries(st.sampled_from(["a", "b", "c", "a.b", ""]), inner, min_size=1, max_size=3)
        | st.builds(lambda one, two: {"$or": [{"a": one}, {"b": two}]}, inner, inner)
    ),
    max_leaves=6,
).map(lambda pattern: {"a": pattern} if isinstance(pattern, list) else pattern)
EVENTS = st.recursive(
    st.sampled_from(["a", "b", "10.0.0.1", 1, 2.5, None, True]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c", "a.b", ""]), inner, max_size=3)
    ),
    max_leaves=10,
).map(lambda event: {"a": event} if isinstance(event, str) else event)


@given(JSON, JSON, st.sampled_from(["pipes", "event_bus"]))
@settings(max_examples=150, deadline=None)
def test_any_json(pattern: Any, event: Any, service: Any) -> None:
    """
    Nothing but a verdict or a `FilterPatternError` comes of any JSON.
    """
    try:
        answer: Any = FilterPattern(json.dumps(pattern), service=service).matches(json.dumps(event))
    except FilterPatternError as error:
        answer = error.violations[0]

    assert isinstance(answer, (bool, Violation))


@given(VALID, EVENTS)
@settings(max_examples=200, deadline=None)
def test_generated_code_and_search_agree(pattern: Any, event: Any) -> None:
    """
    The generated function, the text of the event, and the explanation's search give one verdict.
    """
    try:
        made = FilterPattern(pattern, service="event_bus")
    except FilterPatternError:
        return
    explanation = made.explain(event)
    satisfied = (
        any(all(leaf.verdict for leaf in branch) for branch in explanation.branches) and not explanation.is_split
    )

    verdict = made.matches(event)
    assert (verdict, verdict, verdict) == (
        made.matches(json.dumps(event)),
        explanation.matches,
        satisfied and isinstance(event, dict),
    )


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_text(pattern: str, event: str) -> None:
    """
    Nothing but a verdict or a `FilterPatternError` comes of any text.
    """
    for text in (pattern, f'{{"a": [{pattern}]}}'):
        try:
            answer: Any = FilterPattern(text, service="event_bus").matches(event)
        except FilterPatternError as error:
            answer = error.violations[0]
        assert isinstance(answer, (bool, Violation))


@pytest.mark.parametrize(("depth", "is_valid"), [(999, True), (1000, False)])
def test_nested_patterns(depth: int, *, is_valid: bool) -> None:
    """
    A pattern may nest 1,000 levels, the list of values among them, and no more.
    """
    text = '{"a":' * depth + '["x"]' + "}" * depth
    data: Any = ["x"]
    for _ in range(depth):
        data = {"a": data}

    for pattern in (text, data):
        if is_valid:
            assert FilterPattern(pattern, service="event_bus").matches(text.replace('["x"]', '"x"'))
        else:
            with pytest.raises(FilterPatternError, match="nests deeper than 1000 levels"):
                FilterPattern(pattern, service="event_bus")


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('{"prefix":', "}"),
        ('{"anything-but":', "}"),
        ('{"$or":[', "]}"),
        ('{"$or":[{"a":["x"]},', "]}"),
        ("[", "]"),
        ('{"a":[{"exists":', "}]}"),
        ('{"dynamodb":', "}"),
    ],
)
def test_nested_nonsense(opening: str, closing: str) -> None:
    """
    Operators, lists and `$or` that nest hundreds of levels are refused.
    """
    for depth in (300, 2_000):
        nested = opening * depth + '"x"' + closing * depth
        for text in (nested, f'{{"a":[{nested}]}}', f'{{"a":{nested}}}'):
            for service in SERVICES:
                with pytest.raises(FilterPatternError) as raised:
                    FilterPattern(text, service=service)
                assert str(raised.value)


@pytest.mark.parametrize("depth", [1_000, 30_000])
def test_nested_events(depth: int) -> None:
    """
    An event may nest as deeply as it likes.
    """
    pattern = FilterPattern({"a": {"a": [{"exists": False}]}, "b": ["x"]}, service="event_bus")
    objects = '{"b":"x","a":' + '{"a":' * depth + "1" + "}" * depth + "}"
    lists = '{"b":"x","a":' + "[" * depth + "1" + "]" * depth + "}"

    expected = [True, True]
    assert expected == [pattern.matches(objects), pattern.matches(lists)]


def test_endless_python_data() -> None:
    """
    Data that contains itself is refused.
    """
    pattern: dict[str, Any] = {}
    pattern["a"] = pattern

    with pytest.raises(FilterPatternError, match="nests deeper than 1000 levels"):
        FilterPattern(pattern, service="event_bus")


def test_many_combinations() -> None:
    """
    `$or` multiplies up to 1,000 branches and is refused beyond.
    """
    levels = [{"$or": [{f"{name}{value}": [value]} for value in range(10)]} for name in "abcd"]
    three = {f"k{number}": level for number, level in enumerate(levels[:3])}
    four = {f"k{number}": level for number, level in enumerate(levels)}

    assert len(FilterPattern(three, service="event_bus").branches) == MOST_BRANCHES
    assert FilterPattern(three, service="event_bus").matches({"k0": {"a9": 9}, "k1": {"b0": 0}, "k2": {"c5": 5}})
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern(four, service="event_bus")
    assert str(raised.value) == (
        "[FP014] pattern['k3']['$or']: $or makes more than 1000 combinations; split the pattern into several filters"
    )


def test_doubling_alternatives() -> None:
    """
    A chain of `$or` that would double the branches forty times is refused at once.
    """
    pattern: dict[str, Any] = {f"k{number}": {"$or": [{"a": [1]}, {"b": [1]}]} for number in range(40)}

    with pytest.raises(FilterPatternError, match="more than 1000 combinations"):
        FilterPattern(pattern, service="event_bus")


def test_many_fields() -> None:
    """
    A branch has at most 256 fields.
    """
    fits = {f"a{number}": [number] for number in range(256)}

    assert FilterPattern(fits, service="event_bus").matches({f"a{number}": number for number in range(256)})
    with pytest.raises(FilterPatternError) as raised:
        FilterPattern({**fits, "b": [1]}, service="event_bus")
    assert str(raised.value) == "[FP014] pattern: has more than 256 fields; split it into several filters"


def test_adversarial_wildcard() -> None:
    """
    A wildcard that makes backtracking engines hang is decided in one pass.
    """
    pattern = FilterPattern({"a": [{"wildcard": "*a" * 500 + "*b"}]}, service="event_bus")

    expected = [False, True]
    assert expected == [pattern.matches({"a": "a" * 20_000}), pattern.matches({"a": "a" * 20_000 + "b"})]


def test_many_lists() -> None:
    """
    Fields in many long lists are matched without trying every combination of elements.
    """
    names = [f"l{number}" for number in range(30)]
    pattern = FilterPattern({**{name: {"x": [1]} for name in names}, "z": ["never"]}, service="event_bus")
    event: dict[str, Any] = {name: [{"x": 1}] * 100 for name in names}

    expected = [False, True]
    assert expected == [pattern.matches({**event, "z": "no"}), pattern.matches({**event, "z": "never"})]


def test_too_many_choices() -> None:
    """
    An event that spells one field in several ways with long lists in each is refused, not searched for ever.
    """
    pattern = FilterPattern({"a": {"b": {"v": [1], "w": [1], "x": [1]}}}, service="event_bus")
    items = [{"v": 1, "w": 1, "x": 2}] * 400

    assert not pattern.matches({"a": {"b": items}})
    with pytest.raises(EventError) as raised:
        pattern.matches({"a": {"b": items}, "a.b": items})
    assert str(raised.value) == (
        "[FP040] record: its lists allow more than 100000 choices of elements; nest fewer lists under one name"
    )


def test_lists_within_lists() -> None:
    """
    An event with values at every level of very deep lists is refused, not remembered element by element.
    """
    pattern = FilterPattern({"a": ["never"]}, service="event_bus")
    nested: Any = 1
    for _ in range(1_500):
        nested = [1, nested]

    with pytest.raises(EventError) as raised:
        pattern.matches({"a": nested})
    assert str(raised.value) == (
        "[FP040] record: its fields are in more than 1000000 elements of lists within lists; nest fewer lists"
    )


def test_huge_numbers() -> None:
    """
    Numbers of any length get a verdict.
    """
    pattern = FilterPattern({"a": [{"numeric": [">", 1]}, 5]}, service="event_bus")

    expected = [False, False, False]
    assert expected == [
        pattern.matches('{"a": ' + "9" * 5000 + "}"),
        pattern.matches({"a": 10**5000}),
        pattern.matches('{"a": 1e99999999999}'),
    ]
    with pytest.raises(FilterPatternError, match="a number is longer than 1000 characters"):
        FilterPattern('{"a": [' + "9" * 1001 + "]}", service="event_bus")


@pytest.mark.parametrize("event", ['{"a": }', "", "{} {}", '{"a": NaN}', "{'a': 1}", '{"a": -Infinity}'])
def test_event_text_that_is_no_json(event: str) -> None:
    """
    An event's text that is not JSON is refused with the place.
    """
    with pytest.raises(EventError, match=r"^\[FP040\] record: is not JSON at line 1, column \d+: "):
        FilterPattern({"eventName": ["INSERT"]}).matches(event)


@pytest.mark.parametrize("event", ["[]", "null", '"a"', "5", "true"])
def test_event_that_is_no_object(event: str) -> None:
    """
    JSON that is no object matches nothing.
    """
    assert not FilterPattern({"a": [{"exists": False}]}, service="event_bus").matches(event)
