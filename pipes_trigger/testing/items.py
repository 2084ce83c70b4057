"""
Plain Python items as DynamoDB's JSON, and how large DynamoDB counts them.

The JSON is the one that a pipe sees: numbers are strings, binary is base64 text, sets are lists.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from decimal import Context, Decimal
from typing import Any, Final, TypeAlias

from pipes_trigger.errors import Violation, ViolationsError

AttributeValue: TypeAlias = dict[str, Any]
"""One typed value: `{"S": "x"}`, `{"N": "5"}`, `{"M": {...}}`."""

# DynamoDB (doc, "Supported data types", "Constraints"): what a number and a document may be.
NUMBER_DIGITS: Final = 38
NUMBER_EXPONENTS: Final = range(-130, 126)
NESTING_LEVELS: Final = 32

_EXACT: Final = Context(prec=NUMBER_DIGITS)
_FIXES: Final[dict[type, str]] = {
    float: "use Decimal('...') as boto3 asks, or an int",
    str: "drop the half surrogate pair, which is no Unicode text",
}
_SET_TYPES: Final = ("S", "N", "B")


class ItemError(ViolationsError, ValueError):
    """
    An item that DynamoDB could not hold, or a change that it would not write to the stream.

    Example:
        >>> marshal({"total": 12.5})
        Traceback (most recent call last):
        pipes_trigger.testing.items.ItemError: [RC001] item['total']: float 12.5 has no DynamoDB type; ...
    """

    subject = "item"


def marshal(item: Mapping[str, object], path: str = "item") -> dict[str, AttributeValue]:
    """
    Write a plain Python item as DynamoDB JSON.

    Args:
        item: Attribute names to values: str, int, Decimal, bool, None, bytes, list, dict, or a set of str, numbers or
            bytes.
        path: What the item is called in messages.

    Raises:
        ItemError: A value that DynamoDB cannot hold (a float, an empty or mixed set, ...); every fault at once.

    Example:
        >>> marshal({"id": "a", "tags": {"new"}, "lines": [{"sku": 7}]})
        {'id': {'S': 'a'}, 'tags': {'SS': ['new']}, 'lines': {'L': [{'M': {'sku': {'N': '7'}}}]}}
    """
    faults: list[Violation] = []
    if not isinstance(item, Mapping):
        raise ItemError([Violation("RC001", path, f"must be a dict of attributes, got {item!r}", "pass a dict")])
    marshalled = _attributes(item, path, 1, faults)
    if faults:
        raise ItemError(faults)
    return marshalled


def size(attributes: Mapping[str, AttributeValue]) -> int:
    """
    Count the bytes of marshalled attributes, names included, by DynamoDB's published rules.

    Example:
        >>> size({"Id": {"N": "101"}, "Message": {"S": "New item!"}})
        21
    """
    return sum(len(name.encode()) + _value_size(value) for name, value in attributes.items())


def _attributes(
    item: Mapping[Any, object], path: str, depth: int, faults: list[Violation]
) -> dict[str, AttributeValue]:
    marshalled = {}
    for name, value in item.items():
        here = f"{path}[{name!r}]"
        if not isinstance(name, str) or not name or not _is_unicode(name):
            faults.append(Violation("RC002", here, "an attribute name must be a non-empty str", "name it with a str"))
        else:
            marshalled[name] = _value(value, here, depth, faults)
    return marshalled


def _value(value: object, path: str, depth: int, faults: list[Violation]) -> AttributeValue:
    if isinstance(value, Mapping | list | AbstractSet):
        return _document(value, path, depth, faults)
    # True is an int too.
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return {"N": _number(value, path, faults)}
    scalar = _scalar(value)
    if not scalar:
        fix = _FIXES.get(type(value), "use str, int, Decimal, bool, None, bytes, list, dict or set")
        faults.append(Violation("RC001", path, f"{type(value).__name__} {value!r} has no DynamoDB type", fix))
    return scalar


def _scalar(value: object) -> AttributeValue:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str() if _is_unicode(value):
            return {"S": value}
        case bytes() | bytearray():
            return {"B": base64.b64encode(value).decode()}
    return {}


def _document(
    value: Mapping[Any, object] | list[object] | AbstractSet[object], path: str, depth: int, faults: list[Violation]
) -> AttributeValue:
    if isinstance(value, AbstractSet):
        return _set(value, path, faults)
    if depth > NESTING_LEVELS:
        problem = f"is nested deeper than {NESTING_LEVELS} levels"
        faults.append(Violation("RC003", path, problem, "flatten it: DynamoDB refuses more"))
        return {}
    if isinstance(value, Mapping):
        return {"M": _attributes(value, path, depth + 1, faults)}
    return {"L": [_value(each, f"{path}[{index}]", depth + 1, faults) for index, each in enumerate(value)]}


def _set(values: AbstractSet[object], path: str, faults: list[Violation]) -> AttributeValue:
    if any(isinstance(each, AbstractSet | tuple) for each in values) or not values:
        members = []
    else:
        members = [_value(each, f"{path}[{each!r}]", 1, faults) for each in values]
    types = sorted({next(iter(member)) for member in members if member})
    if len(types) != 1 or types[0] not in _SET_TYPES:
        kinds = " and ".join(sorted({type(each).__name__ for each in values}))
        got = f"a set of {kinds}" if kinds else "an empty set"
        faults.append(Violation("RC004", path, f"{got} is no DynamoDB set", "use one kind: str, numbers or bytes"))
        return {}
    # Python's sets have no order; sorting makes the record the same in every process.
    return {f"{types[0]}S": sorted(member[types[0]] for member in members if member)}


def _number(value: Decimal | int, path: str, faults: list[Violation]) -> str:
    number = Decimal(value)
    digits = len(str(number).partition("E")[0].lstrip("-").replace(".", "").strip("0"))
    if not number.is_finite() or digits > NUMBER_DIGITS:
        problem = f"{str(number)[:50]} is no number of up to {NUMBER_DIGITS} digits"
        faults.append(Violation("RC005", path, problem, "round it, or store a str"))
        return "0"
    if number and number.adjusted() not in NUMBER_EXPONENTS:
        faults.append(Violation("RC005", path, f"{value} is out of range", "stay within 1E-130 to 9.9E+125"))
        return "0"
    return format(number.normalize(_EXACT), "f") if number else "0"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _value_size(value: AttributeValue) -> int:
    ((kind, content),) = value.items()
    sizes = _SIZES.get(kind)
    return 1 if sizes is None else sizes(content)


def _number_size(text: str) -> int:
    # DynamoDB (doc, "Item sizes and formats"): a byte per two significant digits and one more, one for the sign.
    digits = text.lstrip("-").replace(".", "").strip("0")
    return min(21, (len(digits) + 1) // 2 + 1 + text.startswith("-"))


_SIZES: Final[dict[str, Callable[[Any], int]]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_size,
    "B": lambda text: len(base64.b64decode(text)),
    "SS": lambda texts: sum(len(text.encode()) for text in texts),
    "NS": lambda texts: sum(map(_number_size, texts)),
    "BS": lambda texts: sum(len(base64.b64decode(text)) for text in texts),
    # A document costs 3 bytes, and each element one.
    "M": lambda attributes: 3 + len(attributes) + size(attributes),
    "L": lambda values: 3 + len(values) + sum(map(_value_size, values)),
}
