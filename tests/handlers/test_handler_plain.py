"""
Plain JSON of decoded values, and attribute paths.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from attributes import encode
from failures import AttributeValueError
from hypothesis import given
from hypothesis import strategies as st
from paths import AttributePath
from plain import as_text, escaped, to_json

JSON = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_json(value: Any) -> None:
    """
    What was written reads as the same value, each number with the digits that it had.
    """
    text = to_json(value)
    read = json.loads(text, parse_float=Decimal, parse_int=Decimal)

    assert value == read
    assert text == to_json(read)


@pytest.mark.parametrize("value", [Decimal("NaN"), [Decimal("Infinity")]])
def test_not_finite(value: Any) -> None:
    """
    JSON has no number that is not finite.
    """
    with pytest.raises(AttributeValueError) as raised:
        to_json(value)

    assert str(raised.value) == "a number must be finite"


def test_unknown_type() -> None:
    """
    A type that no item holds is refused rather than guessed.
    """
    with pytest.raises(AttributeValueError) as raised:
        to_json({"a": 0.1})

    assert str(raised.value) == "a float is never in an item"


def test_escapes() -> None:
    """
    Half characters and the two that are none are escaped, everything else stays as it is.
    """
    assert escaped('"é🚀 \ud800\ufffe\uffff"') == '"é🚀 \\ud800\\ufffe\\uffff"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"S": "é"}, "é"),
        ({"N": "1.10"}, "1.10"),
        ({"B": "AA=="}, "AA=="),
        ({"BOOL": False}, "false"),
        ({"NULL": True}, None),
        ({"S": ""}, None),
        ({"M": {"a": {"N": "1.10"}}}, '{"a":1.10}'),
        (encode({Decimal(2), Decimal(10)}), "[2,10]"),
        ({}, None),
        (None, None),
    ],
)
def test_text(value: dict[str, Any] | None, text: str | None) -> None:
    """
    A value's text is what a person would write for it.
    """
    assert text == as_text(value)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a", {"M": {"b": {"L": [{"S": "x"}]}, "c.d": {"S": "y"}}}),
        ("a.b.0", {"S": "x"}),
        (["a", "c.d"], {"S": "y"}),
        ("a.c.d", None),
        ("a.b.1", None),
        ("a.b.x", None),
        ("a.b.-1", None),
        ("a.b.0.c", None),
        ("z", None),
        ("broken.x", None),
        ("nothing", None),
    ],
)
def test_find(path: Any, found: dict[str, Any] | None) -> None:
    """
    A path leads through maps and lists, and to nothing where there is nothing.
    """
    image: dict[str, Any] = {
        "a": {"M": {"b": {"L": [{"S": "x"}]}, "c.d": {"S": "y"}}},
        "broken": {"M": 5},
        "nothing": None,
    }

    assert found == AttributePath.parse(path).find(image)


@pytest.mark.parametrize("written", ["", "a..b", ".a", [], [""], ["a", 1], 5, None, {"a": "b"}])
def test_no_path(written: Any) -> None:
    """
    What is no path is refused, with an example.
    """
    with pytest.raises(ValueError, match="must be a path") as raised:
        AttributePath.parse(written)

    expected = f'must be a path such as "release.version" or ["release", "version"], got {written!r}'
    assert expected == str(raised.value)
