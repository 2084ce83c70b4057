"""
DynamoDB JSON to Python and back, without loss.

| DynamoDB | Python | |
|---|---|---|
| `S`, `BOOL`, `NULL` | `str`, `bool`, `None` | |
| `N` | `Decimal` | every digit, never a float |
| `B` | `bytes` | base64 text in a record; the bytes of a boto3 client are taken too |
| `SS`, `NS`, `BS` | `set` | |
| `L`, `M` | `list`, `dict` | |
"""

from __future__ import annotations

from base64 import b64encode
from binascii import a2b_base64
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from failures import AttributeValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NUMBER_DIGITS: Final = 38  # DynamoDB data types (doc): a number has up to 38 digits of precision


def decode(value: Mapping[str, Any]) -> Any:
    r"""
    Give the Python value of one DynamoDB value, equal to what boto3's `TypeDeserializer` gives.

    Raises:
        AttributeValueError: When it is not a mapping of one known type to its content.

    Example:
        >>> decode({"M": {"price": {"N": "0.10"}, "tags": {"SS": ["new"]}, "photo": {"B": "AAE="}}})
        {'price': Decimal('0.10'), 'tags': {'new'}, 'photo': b'\x00\x01'}
    """
    try:
        (kind,) = value
        return _DECODERS[kind](value[kind])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The cause is cut off: its message can hold what is in the item, and messages end up in logs.
        raise AttributeValueError(f"not DynamoDB JSON ({type(error).__name__} while decoding)") from None


def decode_item(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """
    Give the Python form of an image or of keys.

    Raises:
        AttributeValueError: As `decode`.

    Example:
        >>> decode_item({"id": {"S": "42"}, "done": {"BOOL": False}})
        {'id': '42', 'done': False}
    """
    decoded: dict[str, Any] = decode({"M": attributes})
    return decoded


def encode(value: Any) -> dict[str, Any]:
    r"""
    Give the DynamoDB JSON of a Python value, in the form of a record (binary as base64 text).

    Raises:
        AttributeValueError: For a float, a number of more than 38 digits, an empty or mixed set, any other type.

    Example:
        >>> encode({"price": Decimal("0.10"), "tags": {"new"}, "photo": b"\x00\x01"})
        {'M': {'price': {'N': '0.10'}, 'tags': {'SS': ['new']}, 'photo': {'B': 'AAE='}}}
    """
    try:
        encoder = _ENCODERS[type(value)]
    except KeyError:
        problem = f"a {type(value).__name__} has no DynamoDB type; write a number as int or Decimal"
        raise AttributeValueError(problem) from None
    return encoder(value)


def client_form(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    r"""
    Give the keys of a record as a boto3 client takes them: binary as bytes, everything else as it was.

    Raises:
        AttributeValueError: When binary is not base64 text.

    Example:
        >>> client_form({"id": {"N": "7"}, "hash": {"B": "AAE="}})
        {'id': {'N': '7'}, 'hash': {'B': b'\x00\x01'}}
    """
    return {name: {"B": decode(value)} if "B" in value else dict(value) for name, value in attributes.items()}


def _same(content: Any) -> Any:
    return content


def _nothing(_content: Any) -> None:
    return None


def _binary(content: str | bytes) -> bytes:
    return a2b_base64(content, strict_mode=True) if isinstance(content, str) else bytes(content)


def _numbers(content: list[str]) -> set[Decimal]:
    return set(map(Decimal, content))


def _binaries(content: list[str | bytes]) -> set[bytes]:
    return set(map(_binary, content))


# `for (kind,) in [value]` refuses a value of no type or of two, and Python runs it as a plain assignment.
def _map(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _DECODERS[kind](value[kind]) for name, value in content.items() for (kind,) in [value]}


def _list(content: list[Any]) -> list[Any]:
    return [_DECODERS[kind](value[kind]) for value in content for (kind,) in [value]]


_DECODERS: Final[dict[str, Callable[[Any], Any]]] = {
    "S": _same,
    "N": Decimal,
    "BOOL": _same,
    "NULL": _nothing,
    "B": _binary,
    "M": _map,
    "L": _list,
    "SS": set,
    "NS": _numbers,
    "BS": _binaries,
}


def _encode_number(value: int | Decimal) -> dict[str, str]:
    number = Decimal(value)
    if not number.is_finite():
        raise AttributeValueError("a number must be finite")
    # Zeros at the end are no digits of precision: 10**40 has one.
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > NUMBER_DIGITS:
        raise AttributeValueError(f"a number has at most {NUMBER_DIGITS} digits, got {len(digits)}")
    return {"N": str(value)}


def _encode_binary(value: bytes | bytearray) -> dict[str, str]:
    return {"B": b64encode(value).decode()}


def _encode_map(value: dict[str, Any]) -> dict[str, Any]:
    return {"M": {name: encode(content) for name, content in value.items()}}


def _encode_list(value: list[Any] | tuple[Any, ...]) -> dict[str, Any]:
    return {"L": [encode(content) for content in value]}


def _encode_set(values: set[Any] | frozenset[Any]) -> dict[str, list[str]]:
    kinds = {kind for value in values for kind in encode(value)}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise AttributeValueError("a set must hold strings, numbers or binary, one type of them, and not be empty")
    (kind,) = kinds
    return {f"{kind}S": sorted(encode(value)[kind] for value in values)}


_ENCODERS: Final[dict[type, Callable[[Any], dict[str, Any]]]] = {
    str: lambda value: {"S": value},
    int: _encode_number,
    Decimal: _encode_number,
    bool: lambda value: {"BOOL": value},
    type(None): lambda _value: {"NULL": True},
    bytes: _encode_binary,
    bytearray: _encode_binary,
    dict: _encode_map,
    list: _encode_list,
    tuple: _encode_list,
    set: _encode_set,
    frozenset: _encode_set,
}
