"""
Plain Python items become DynamoDB JSON, or an error that names the value.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipes_trigger.testing.items import ItemError, marshal, size


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {"S": ""}),
        ('größe 日本 \n "', {"S": 'größe 日本 \n "'}),
        (0, {"N": "0"}),
        (-17, {"N": "-17"}),
        (True, {"BOOL": True}),
        (None, {"NULL": True}),
        (Decimal("1.50"), {"N": "1.5"}),
        (Decimal("-0.0"), {"N": "0"}),
        (Decimal("1E+3"), {"N": "1000"}),
        (Decimal("1E-3"), {"N": "0.001"}),
        (12345678901234567890123456789012345678, {"N": "12345678901234567890123456789012345678"}),
        (10**125, {"N": "1" + "0" * 125}),
        (b"\x00\xff", {"B": "AP8="}),
        (bytearray(b"a"), {"B": "YQ=="}),
        ({"b", "a"}, {"SS": ["a", "b"]}),
        ({2, Decimal("1.5")}, {"NS": ["1.5", "2"]}),
        (frozenset({b"a"}), {"BS": ["YQ=="]}),
        ([], {"L": []}),
        ({}, {"M": {}}),
        ([1, {"a": [None]}], {"L": [{"N": "1"}, {"M": {"a": {"L": [{"NULL": True}]}}}]}),
    ],
)
def test_value_types(value: object, expected: dict[str, Any]) -> None:
    """
    Every type that boto3 takes becomes the DynamoDB type that boto3 gives it.
    """
    assert marshal({"a": value}) == {"a": expected}


def _nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.5, "[RC001] item['a']: float 1.5 has no DynamoDB type; use Decimal('...') as boto3 asks, or an int"),
        (
            (1,),
            (
                "[RC001] item['a']: tuple (1,) has no DynamoDB type; "
                "use str, int, Decimal, bool, None, bytes, list, dict or set"
            ),
        ),
        (
            {"b": [0, {1: "x"}]},
            "[RC002] item['a']['b'][1][1]: an attribute name must be a non-empty str; name it with a str",
        ),
        ({"": 1}, "[RC002] item['a']['']: an attribute name must be a non-empty str; name it with a str"),
        (
            _nested(33),
            f"[RC003] item['a']{'[0]' * 32}: is nested deeper than 32 levels; flatten it: DynamoDB refuses more",
        ),
        (set(), "[RC004] item['a']: an empty set is no DynamoDB set; use one kind: str, numbers or bytes"),
        ({1, "x"}, "[RC004] item['a']: a set of int and str is no DynamoDB set; use one kind: str, numbers or bytes"),
        ({True}, "[RC004] item['a']: a set of bool is no DynamoDB set; use one kind: str, numbers or bytes"),
        (
            "\ud800",
            (
                "[RC001] item['a']: str '\\ud800' has no DynamoDB type; "
                "drop the half surrogate pair, which is no Unicode text"
            ),
        ),
        (
            {"\ud800": 1},
            "[RC002] item['a']['\\ud800']: an attribute name must be a non-empty str; name it with a str",
        ),
        (
            Decimal("NaN"),
            "[RC005] item['a']: NaN is no number of up to 38 digits; round it, or store a str",
        ),
        (
            Decimal("Infinity"),
            "[RC005] item['a']: Infinity is no number of up to 38 digits; round it, or store a str",
        ),
        (
            10**38 + 1,
            f"[RC005] item['a']: {10**38 + 1} is no number of up to 38 digits; round it, or store a str",
        ),
        (Decimal("1E+126"), "[RC005] item['a']: 1E+126 is out of range; stay within 1E-130 to 9.9E+125"),
        (Decimal("1E-131"), "[RC005] item['a']: 1E-131 is out of range; stay within 1E-130 to 9.9E+125"),
    ],
)
def test_refused_values(value: object, message: str) -> None:
    """
    What DynamoDB cannot hold is refused with the path to it.
    """
    with pytest.raises(ItemError) as caught:
        marshal({"a": value})
    assert str(caught.value) == message


def test_huge_number() -> None:
    """
    A number too large for Python to print is refused like any other.
    """
    with pytest.raises(ItemError) as caught:
        marshal({"a": 10**5000 + 1})
    assert str(caught.value) == (
        f"[RC005] item['a']: 1{'0' * 49} is no number of up to 38 digits; round it, or store a str"
    )


def test_all_faults_at_once() -> None:
    """
    An item with two bad values gets one error that names both.
    """
    with pytest.raises(ItemError) as caught:
        marshal({"price": 1.5, "tags": set()})
    assert [each.path for each in caught.value.violations] == ["item['price']", "item['tags']"]


def test_no_mapping() -> None:
    """
    What is no dict is no item.
    """
    with pytest.raises(ItemError) as caught:
        marshal(["a"])  # type: ignore[arg-type]  # the fault under test
    assert str(caught.value) == "[RC001] item: must be a dict of attributes, got ['a']; pass a dict"


def test_deepest_document() -> None:
    """
    32 levels are allowed.
    """
    assert marshal({"a": _nested(32)})["a"].keys() == {"L"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ü", 2),
        (None, 1),
        (False, 1),
        (b"abc", 3),
        (0, 1),
        (7, 2),
        (-7, 3),
        (101, 3),
        (Decimal("0.0012"), 2),
        (10**37, 2),
        (12345678901234567890123456789012345678, 20),
        (-12345678901234567890123456789012345678, 21),
        ({"ab", "c"}, 3),
        ({1, 22}, 4),
        ({b"ab"}, 2),
        ([], 3),
        (["ab", None], 3 + 2 + 2 + 1),
        ({"k": "ab"}, 3 + 1 + 1 + 2),
    ],
)
def test_sizes(value: object, expected: int) -> None:
    """
    A value counts what DynamoDB's published sizing rules say.
    """
    assert size(marshal({"n": value})) == 1 + expected
