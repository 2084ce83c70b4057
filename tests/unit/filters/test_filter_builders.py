"""
Filters that are built, not written.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger import filters
from pipes_trigger.filters import (
    FilterPattern,
    FilterPatternError,
    all_of,
    any_of,
    changed_to,
    deliberate_removals,
    event_name,
    expiries,
    inserts,
    inserts_and_removals,
    keys,
    modifications,
    new_image,
    old_image,
    removals,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = '{"dynamodb":{"NewImage":%s}}'


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (new_image("a").equals("x", "y"), NEW % '{"a":{"S":["x","y"]}}'),
        (new_image("a").equals("y", "x", "y"), NEW % '{"a":{"S":["x","y"]}}'),
        (new_image("a").equals(5, 1.5, Decimal("1E+3"), -0.0), NEW % '{"a":{"N":["0","1.5","1000","5"]}}'),
        (new_image("a").equals(Decimal("1.2300")), NEW % '{"a":{"N":["1.23"]}}'),
        (new_image("a").equals(Decimal("1" * 38)), NEW % ('{"a":{"N":["' + "1" * 38 + '"]}}')),
        (new_image("a").equals(*[True]), NEW % '{"a":{"BOOL":[true]}}'),
        (new_image("a").equals(None), NEW % '{"a":{"NULL":[true]}}'),
        (new_image("a").equals(b"hi"), NEW % '{"a":{"B":["aGk="]}}'),
        (new_image("a").equals("x", 5), NEW % '{"a":{"$or":[{"N":["5"]},{"S":["x"]}]}}'),
        (new_image("a", "b").equals("x"), NEW % '{"a":{"M":{"b":{"S":["x"]}}}}'),
        (new_image("a").each().equals("x"), NEW % '{"a":{"L":{"S":["x"]}}}'),
        (new_image("a").each().into("b").equals("x"), NEW % '{"a":{"L":{"M":{"b":{"S":["x"]}}}}}'),
        (new_image("a").contains("x", "y"), NEW % '{"a":{"SS":["x","y"]}}'),
        (new_image("a").contains(5), NEW % '{"a":{"NS":["5"]}}'),
        (new_image("a").prefix("x"), NEW % '{"a":{"S":[{"prefix":"x"}]}}'),
        (new_image("a").prefix("x", ignore_case=True), NEW % '{"a":{"S":[{"prefix":{"equals-ignore-case":"x"}}]}}'),
        (new_image("a").suffix("x", "y"), NEW % '{"a":{"S":[{"suffix":"x"},{"suffix":"y"}]}}'),
        (new_image("a").equals_ignore_case("x"), NEW % '{"a":{"S":[{"equals-ignore-case":"x"}]}}'),
        (new_image("a").anything_but("y", "x"), NEW % '{"a":{"S":[{"anything-but":["x","y"]}]}}'),
        (new_image("a").anything_but(5), NEW % '{"a":{"N":[{"anything-but":["5"]}]}}'),
        (new_image("a").equals("xy", "z") & new_image("a").prefix("x"), NEW % '{"a":{"S":["xy"]}}'),
        (new_image("a").exists("S"), NEW % '{"a":{"S":[{"exists":true}]}}'),
        (new_image("a").is_missing("S"), NEW % '{"a":{"S":[{"exists":false}]}}'),
        (
            keys("a").exists(),
            '{"dynamodb":{"Keys":{"a":{"$or":[{"B":[{"exists":true}]},{"N":[{"exists":true}]},{"S":[{"exists":true}]}]}}}}',
        ),
        (old_image("a").equals("x"), '{"dynamodb":{"OldImage":{"a":{"S":["x"]}}}}'),
        (event_name("MODIFY", "INSERT"), '{"eventName":["INSERT","MODIFY"]}'),
        (inserts(), '{"eventName":["INSERT"]}'),
        (modifications(), '{"eventName":["MODIFY"]}'),
        (removals(), '{"eventName":["REMOVE"]}'),
        (inserts_and_removals(), '{"eventName":["INSERT","REMOVE"]}'),
        (deliberate_removals(), '{"eventName":["REMOVE"],"userIdentity":{"type":[{"exists":false}]}}'),
        (inserts() | removals(), '{"eventName":["INSERT","REMOVE"]}'),
        (event_name("INSERT", "MODIFY") & event_name("MODIFY", "REMOVE"), '{"eventName":["MODIFY"]}'),
        (new_image("a").exists("S") & new_image("a").equals("x"), NEW % '{"a":{"S":["x"]}}'),
        (new_image("a").equals("x") & new_image("a").exists("S"), NEW % '{"a":{"S":["x"]}}'),
        (
            inserts() & new_image("a").equals("x") | modifications() & new_image("a").equals("x"),
            '{"eventName":["INSERT","MODIFY"],"dynamodb":{"NewImage":{"a":{"S":["x"]}}}}',
        ),
        (
            inserts() & (new_image("a").equals("x") | new_image("b").equals("y")),
            '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"$or":[{"a":{"S":["x"]}},{"b":{"S":["y"]}}]}}}',
        ),
        (inserts() | inserts() & new_image("a").equals("x"), '{"eventName":["INSERT"]}'),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_json(built: FilterPattern, expected: str) -> None:
    """
    What is built has canonical short JSON.
    """
    assert expected == built.to_json()
    assert built == FilterPattern(expected)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (
            lambda: new_image("a").equals("x") & new_image("a").prefix("y"),
            "[FP035] pattern['dynamodb']['NewImage']['a']['S']: no value is both"
            ' ["x"] and [{"prefix":"y"}]; ask for a value that satisfies both',
        ),
        (
            lambda: new_image("a").suffix("x") & new_image("a").prefix("y"),
            "[FP035] pattern['dynamodb']['NewImage']['a']['S']: one list cannot ask for both"
            ' [{"suffix":"x"}] and [{"prefix":"y"}]; say it in one condition, or pass two filters',
        ),
        (
            lambda: inserts() & removals(),
            "[FP035] pattern['eventName']: no value is both"
            ' ["INSERT"] and ["REMOVE"]; ask for a value that satisfies both',
        ),
        (
            lambda: inserts() & old_image("a").equals("x"),
            "[FP035] pattern['eventName']: no record is INSERT and has the fields that are asked for:"
            " OldImage values exist in MODIFY and REMOVE; drop one of the conditions, or make two filters of them",
        ),
        (
            lambda: new_image("a").equals({}),  # type: ignore[arg-type]  # the fault that is tested
            "[FP009] pattern['dynamodb']['NewImage']['a']: no attribute type fits {};"
            " pass a string, number, bool, None or bytes; into() names what is in a map",
        ),
        (
            lambda: new_image("a").anything_but(*[True]),
            "[FP009] pattern['dynamodb']['NewImage']['a']: anything-but takes strings, numbers or bytes, got True;"
            " use equals",
        ),
        (
            lambda: new_image("a").anything_but("x", 5),
            "[FP009] pattern['dynamodb']['NewImage']['a']: anything-but takes values of one type, got S and N;"
            " combine filters with |",
        ),
        (
            lambda: new_image("a").contains(None),
            "[FP009] pattern['dynamodb']['NewImage']['a']: a set holds strings, numbers or bytes, got True; use equals",
        ),
        (
            lambda: event_name("insert"),  # type: ignore[arg-type]  # the fault that is tested
            "[FP034] pattern['eventName'][0]: there is no event name 'insert'; did you mean 'INSERT'?",
        ),
        (
            lambda: any_of([]),
            '[FP005] pattern: an object needs at least one key, got {}; write {"eventName": ["INSERT"]}',
        ),
        (
            lambda: all_of([]),
            '[FP005] pattern: an object needs at least one key, got {}; write {"eventName": ["INSERT"]}',
        ),
        (
            lambda: any_of(new_image(f"a{number}").equals("x") for number in range(1001)),
            "[FP014] pattern: the filters make more than 1000 combinations; pass them to the pipe one by one",
        ),
        (
            lambda: all_of(any_of(new_image(f"{a}{b}").equals("x") for b in range(11)) for a in "abc"),
            "[FP014] pattern: the filters make more than 1000 combinations; pass them to the pipe one by one",
        ),
        (
            lambda: changed_to("a", float("nan")),
            "[FP009] pattern['dynamodb']['NewImage']['a']: no attribute type fits nan;"
            " pass a string, number, bool, None or bytes; into() names what is in a map",
        ),
    ],
)
def test_errors(build: Callable[[], FilterPattern], expected: str) -> None:
    """
    What cannot be said is refused with its place.
    """
    with pytest.raises(FilterPatternError) as raised:
        build()

    assert str(raised.value) == expected


def record(
    name: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """
    Make a record with images of attribute values.
    """
    images = {"OldImage": old, "NewImage": new}
    return {"eventName": name, "dynamodb": {key: image for key, image in images.items() if image is not None}, **more}


EXPIRY = {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}
DONE, OPEN = {"status": {"S": "DONE"}}, {"status": {"S": "OPEN"}}


@pytest.mark.parametrize(
    ("built", "given_record", "expected"),
    [
        (expiries(), record("REMOVE", **EXPIRY), True),
        (expiries(), record("REMOVE"), False),
        (deliberate_removals(), record("REMOVE", **EXPIRY), False),
        (deliberate_removals(), record("REMOVE"), True),
        (changed_to("status", "DONE"), record("MODIFY", OPEN, DONE), True),
        (changed_to("status", "DONE"), record("MODIFY", DONE, DONE), False),
        (changed_to("status", "DONE"), record("MODIFY", {}, DONE), True),
        (changed_to("status", "DONE"), record("MODIFY", {"status": {"N": "1"}}, DONE), True),
        (changed_to("status", "DONE"), record("INSERT", None, DONE), True),
        (changed_to("status", "DONE", with_inserts=False), record("INSERT", None, DONE), False),
        (changed_to("done", value=True), record("MODIFY", {"done": {"BOOL": False}}, {"done": {"BOOL": True}}), True),
        (changed_to("done", value=True), record("MODIFY", {"done": {"BOOL": True}}, {"done": {"BOOL": True}}), False),
        (changed_to("done", None), record("MODIFY", {"done": {"S": "x"}}, {"done": {"NULL": True}}), True),
        (new_image("a").is_missing(), record("INSERT", None, {"b": {"S": "x"}}), True),
        (new_image("a").is_missing(), record("INSERT", None, {"a": {"SS": ["x"]}}), False),
        (new_image("a").exists(), record("INSERT", None, {"a": {"NULL": True}}), True),
        (new_image("a").exists(), record("INSERT", None, {"a": {"M": {}}}), False),
    ],
)
def test_presets_match(built: FilterPattern, given_record: dict[str, Any], *, expected: bool) -> None:
    """
    Presets take the records that their names promise.
    """
    assert expected == built.matches(given_record)


def test_patterns_for_an_event_bus_combine() -> None:
    """
    Combined patterns stay patterns for an event bus, also where one field has values and fields below.
    """
    one = FilterPattern('{"a":[1],"a":{"b":[2]}}', service="event_bus")
    other = FilterPattern({"c": [{"wildcard": "*"}]}, service="event_bus")

    assert (one & other).to_json() == '{"a":[1],"c":[{"wildcard":"*"}],"a.b":[2]}'
    assert (one | other).service == "event_bus"
    assert (one & other).matches({"a": [1, {"b": 2}], "c": "x"})
    with pytest.raises(FilterPatternError, match="wildcard is not supported by Pipes"):
        _ = inserts() | other


PATTERNS = st.sampled_from(
    [
        *(inserts(), removals(), inserts_and_removals(), event_name("INSERT", "MODIFY")),
        *(new_image("a").equals("x"), new_image("a").equals("x", 5), new_image("b").prefix("y")),
        *(new_image("b").anything_but("y"), new_image("a").exists("S"), keys("k").equals("x", "y")),
    ]
)
VALUES = st.sampled_from([{"S": "x"}, {"S": "y"}, {"S": "z"}, {"N": "5"}])
RECORDS = st.builds(
    lambda name, image, key: {"eventName": name, "dynamodb": {"NewImage": image, "Keys": {"k": key}}},
    st.sampled_from(["INSERT", "MODIFY", "REMOVE"]),
    st.dictionaries(st.sampled_from("ab"), VALUES),
    VALUES,
)


@given(PATTERNS, PATTERNS, PATTERNS, RECORDS)
@settings(max_examples=150, deadline=None)
def test_combinations_mean_and_and_or(
    one: FilterPattern, two: FilterPattern, three: FilterPattern, given_record: dict[str, Any]
) -> None:
    """
    A combination matches where its parts do, and is canonical: built in another order it is written the same.
    """
    first, second, third = (each.matches(given_record) for each in (one, two, three))

    assert (one | two | three).matches(given_record) == (first or second or third)
    assert (one | two | three).to_json() == (three | one | two).to_json()
    try:
        both = (one | two) & three
    except FilterPatternError:
        return
    assert both.matches(given_record) == ((first or second) and third)


def test_names_are_found() -> None:
    """
    Every public name loads, and a name that is none is an error.
    """
    assert [name for name in dir(filters) if getattr(filters, name, None) is None] == []
    with pytest.raises(AttributeError, match=r"module 'pipes_trigger.filters' has no attribute 'nonsense'"):
        _ = filters.nonsense
