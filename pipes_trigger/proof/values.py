"""
Values that satisfy a filter's conditions and that DynamoDB could hold there.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from pipes_trigger.filters.operators.anything_but import AnythingButNumbers, AnythingButTexts
from pipes_trigger.filters.operators.exact import Constant, NumberLiteral
from pipes_trigger.filters.operators.numeric import NumericRange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.operators.matcher import Matcher

# What completes a prefix or suffix to a number or to base64.
_ENDS: Final = ("", "0", "1", "A", "AA", "AAA", "=", "==")


def satisfying(conditions: Sequence[Condition], kind: str | None, *, is_key: bool = False) -> object:
    """
    Find a value that satisfies all conditions, or None.

    Args:
        conditions: What filters say of the value.
        kind: The DynamoDB type it is a value of, or None for a field outside keys and images.
        is_key: Whether it is a key's value, which is never empty.
    """
    accept = [
        each.predicate(reads_addresses=any(matcher.is_address for matcher in each.matchers)) for each in conditions
    ]
    for value in _candidates([matcher for each in conditions for matcher in each.matchers], kind):
        if _fits(value, kind) and not (is_key and value == "") and all(each(value) for each in accept):
            return value
    return None


def _candidates(matchers: Sequence[Matcher], kind: str | None) -> Iterator[object]:
    excluded = 0
    for matcher in matchers:
        match matcher:
            case Constant():
                yield matcher.value
            case NumberLiteral():
                yield json.loads(matcher.number.text)
            case NumericRange():
                bounds = [bound for bound in (matcher.low, matcher.high) if math.isfinite(bound)]
                yield from (bound + shift for bound in bounds for shift in (0, 1, -1))
                yield math.fsum(bounds) / len(bounds)
            case AnythingButTexts():
                excluded += len(matcher.texts)
            case AnythingButNumbers():
                excluded += len(matcher.numbers)
            case _:
                # Exact texts, prefixes and suffixes, with case or without: what they ask for is called `text`.
                text = getattr(matcher, "text", "")
                yield from (text + end for end in _ENDS)
                yield from (start + text for start in _ENDS)
    yield from _fresh(kind, excluded + 1)


def _fresh(kind: str | None, count: int) -> Iterator[object]:
    yield from (True, False) if kind in {"BOOL", "NULL"} else ()
    for number in range(count):
        yield f"value-{number}"
        yield str(number)
        yield base64.b64encode(str(number).encode()).decode()
        yield number


def _fits(value: object, kind: str | None) -> bool:
    match kind:
        case None:
            return value is not None
        case "BOOL":
            return isinstance(value, bool)
        case "NULL":
            return value is True
        case "N" | "NS":
            return isinstance(value, str) and _is_number(value)
        case "B" | "BS":
            return isinstance(value, str) and _is_base64(value)
        case _:
            return isinstance(value, str)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and text == text.strip()
    except InvalidOperation:
        return False


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
