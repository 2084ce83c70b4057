"""
DynamoDB JSON to Python and back, measured against boto3.
"""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from attributes import client_form, decode, decode_item, encode
from boto3.dynamodb.types import TypeDeserializer
from failures import AttributeValueError
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=10)
BINARY = st.binary(max_size=8)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | BINARY
SETS = st.sets(NUMBERS, min_size=1) | st.sets(st.text(max_size=8), min_size=1) | st.sets(BINARY, min_size=1)
VALUES = st.recursive(
    SCALARS | SETS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """
    Give a record's value in the form that boto3 reads: binary as bytes.
    """
    ((kind, content),) = value.items()
    match kind:
        case "B":
            return {"B": decode(value)}
        case "BS":
            return {"BS": list(decode(value))}
        case "L":
            return {"L": [with_bytes(part) for part in content]}
        case "M":
            return {"M": {name: with_bytes(part) for name, part in content.items()}}
        case _:
            return value


@given(VALUES)
def test_round_trip(value: Any) -> None:
    """
    What was encoded decodes to the same value.
    """
    assert value == decode(encode(value))


@given(VALUES)
def test_equal_to_boto3(value: Any) -> None:
    """
    What boto3's deserializer gives is given here, from base64 text and from bytes.
    """
    record = encode(value)
    expected = TypeDeserializer().deserialize(with_bytes(record))

    assert (expected, expected) == (decode(record), decode(with_bytes(record)))


@pytest.mark.parametrize(
    "digits",
    [
        "12345678901234567890123456789012345678",
        "-0.12345678901234567890123456789012345678",
        "9.9999999999999999999999999999999999999E+125",
        "1E-130",
        "0",
        "1.10",
    ],
)
def test_every_digit(digits: str) -> None:
    """
    A number keeps its 38 digits, its exponent and its zeros, both ways.
    """
    assert ({"N": digits}, Decimal(digits)) == (encode(decode({"N": digits})), decode({"N": digits}))
    assert digits == str(decode({"N": digits}))


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({}, "ValueError"),
        ({"S": "a", "N": "1"}, "ValueError"),
        ({"X": 1}, "KeyError"),
        ("text", "ValueError"),
        (None, "TypeError"),
        ({"N": "many"}, "InvalidOperation"),
        ({"B": "no base64"}, "Error"),
        ({"M": []}, "AttributeError"),
        ({"M": {"a": {}}}, "ValueError"),
        ({"L": [{"S": "a"}, {"S": "a", "N": "1"}]}, "ValueError"),
    ],
)
def test_no_dynamodb_json(value: Any, error: str) -> None:
    """
    What is no DynamoDB JSON is refused at any depth, and the message does not quote it.
    """
    with pytest.raises(AttributeValueError) as raised:
        decode(value)

    assert str(raised.value) == f"not DynamoDB JSON ({error} while decoding)"


def test_no_item() -> None:
    """
    An item with one bad value is refused.
    """
    with pytest.raises(AttributeValueError) as raised:
        decode_item({"a": {"S": "a"}, "b": {}})

    assert str(raised.value) == "not DynamoDB JSON (ValueError while decoding)"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.1, "a float has no DynamoDB type; write a number as int or Decimal"),
        ([object()], "a object has no DynamoDB type; write a number as int or Decimal"),
        (Decimal("NaN"), "a number must be finite"),
        (Decimal("-Infinity"), "a number must be finite"),
        (10**38 + 1, "a number has at most 38 digits, got 39"),
        (set(), "a set must hold strings, numbers or binary, one type of them, and not be empty"),
        ({"a", 1}, "a set must hold strings, numbers or binary, one type of them, and not be empty"),
        ({True}, "a set must hold strings, numbers or binary, one type of them, and not be empty"),
    ],
)
def test_not_encodable(value: Any, message: str) -> None:
    """
    What DynamoDB cannot hold is refused, and the message does not quote it.
    """
    with pytest.raises(AttributeValueError) as raised:
        encode(value)

    assert message == str(raised.value)


def test_zeros_are_no_digits() -> None:
    """
    A number with many zeros at the end has few digits.
    """
    assert encode(10**125) == {"N": str(10**125)}


def test_client_form_of_no_base64() -> None:
    """
    Keys whose binary is no base64 text are refused.
    """
    with pytest.raises(AttributeValueError) as raised:
        client_form({"id": {"B": "?"}})

    assert str(raised.value) == "not DynamoDB JSON (Error while decoding)"


def test_bytearray() -> None:
    """
    A bytearray is binary, too.
    """
    assert encode(bytearray(b"\x00")) == {"B": b64encode(b"\x00").decode()}
