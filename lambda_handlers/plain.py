"""
Plain JSON and plain text of what is in an item.

`json.dumps` would turn a `Decimal` into a float and lose digits; here a number is written with the digits it has.
"""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

from attributes import decode
from failures import AttributeValueError

if TYPE_CHECKING:
    from collections.abc import Callable

# No message may hold these as they are: lone surrogates have no UTF-8, the other two are no characters to SNS.
_NO_CHARACTERS: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")


def to_json(value: Any) -> str:
    r"""
    Give the compact JSON of a decoded value: numbers with every digit, binary as base64 text, sets as sorted lists.

    Raises:
        AttributeValueError: For a number that is not finite, and for a type that `decode` never gives.

    Example:
        >>> to_json({"price": Decimal("0.10"), "tags": {"b", "a"}, "photo": b"\x00\x01", "note": None})
        '{"price":0.10,"tags":["a","b"],"photo":"AAE=","note":null}'
    """
    try:
        return escaped(_WRITERS[type(value)](value))
    except KeyError as error:
        (kind,) = error.args
        raise AttributeValueError(f"a {kind.__name__} is never in an item") from None


def as_text(value: dict[str, Any] | None) -> str | None:
    """
    Give a DynamoDB value as text, or None where there is none: missing, null, or an empty string.

    Strings, numbers and binary as they are in the record, booleans as `true` and `false`, all others as compact JSON.

    Example:
        >>> as_text({"N": "12345678901234567890.10"}), as_text({"BOOL": True}), as_text({"L": [{"S": "a"}]})
        ('12345678901234567890.10', 'true', '["a"]')
        >>> as_text({"S": ""}) is as_text({"NULL": True}) is as_text(None) is None
        True
    """
    if not value or "NULL" in value:
        return None
    for kind in ("S", "N", "B"):
        if kind in value:
            return str(value[kind]) or None
    return to_json(decode(value))


def escaped(json_text: str) -> str:
    r"""
    Give the same JSON with what no SNS message may hold written as `\u` escapes.

    Example:
        >>> print(escaped('"Ada \ufffe"'))
        "Ada \ufffe"
    """
    return _NO_CHARACTERS.sub(lambda character: f"\\u{ord(character[0]):04x}", json_text)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise AttributeValueError("a number must be finite")
    return str(value)


def _object(value: dict[str, Any]) -> str:
    members = [f"{encode_basestring(name)}:{_WRITERS[type(content)](content)}" for name, content in value.items()]
    return "{" + ",".join(members) + "}"


def _array(value: list[Any]) -> str:
    return "[" + ",".join([_WRITERS[type(content)](content) for content in value]) + "]"


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    str: encode_basestring,
    Decimal: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _value: "null",
    bytes: lambda value: f'"{b64encode(value).decode()}"',
    dict: _object,
    list: _array,
    set: lambda value: _array(sorted(value)),
}
