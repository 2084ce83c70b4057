"""
Numbers as Event Ruler compares them: by value, and only where their spelling names a double exactly.

A number whose decimal value is not that of the shortest spelling of its nearest double (`13154327573442455`) is never
compared by value; as a literal it matches the same spelling alone.
"""

from __future__ import annotations

import math
from typing import Any, Final

# Event Ruler's JSON reader (Jackson) takes no longer ones.
LONGEST_NUMBER: Final = 1000
_EXACT_INTEGERS: Final = 2**53
_LONGEST_BITS: Final = 3400


class Number:
    """
    A JSON number: its spelling, and its value where it can be compared by value.

    Example:
        >>> Number("5.0") == Number("5e0"), Number("13154327573442455").value
        (True, None)
    """

    __slots__ = ("text", "value")

    text: str
    value: float | None

    def __init__(self, text: str) -> None:
        self.text = text
        self.value = _comparable(text)

    @property
    def _identity(self) -> float | str:
        return self.text if self.value is None else self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return self.text


def is_number(value: Any) -> bool:
    """
    Say whether a value stands for a JSON number; `True` and `False` do not.
    """
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float, Number)) or _is_decimal(value)


def to_number(value: Any) -> Number:
    """
    Give a Python number the spelling that JSON would have.
    """
    if isinstance(value, Number):
        return value
    # int and float of the standard types alone, so that a subclass with its own repr (an IntEnum) cannot change it.
    if isinstance(value, int):
        return Number(int.__repr__(value)) if value.bit_length() < _LONGEST_BITS else Number("1" * (LONGEST_NUMBER + 1))
    return Number(float.__repr__(value) if isinstance(value, float) else str(value))


def comparable(value: Any) -> float | None:
    """
    Return what a value compares as, or None where it is no number or none that compares.

    Example:
        >>> comparable(5), comparable("5"), comparable(True), comparable(2**53 + 1)
        (5, None, None, None)
    """
    kind = value.__class__
    if kind is int and -_EXACT_INTEGERS <= value <= _EXACT_INTEGERS:
        number: float = value
        return number
    if kind is float:
        return value if math.isfinite(value) else None
    return to_number(value).value if is_number(value) else None


def _comparable(text: str) -> float | None:
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return value if _normal(text) == _normal(repr(value)) else None


def _normal(text: str) -> tuple[bool, str, int]:
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("+-").partition(".")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return False, "", 0
    scale = int(exponent or 0) - len(fraction) + len(digits) - len(significant)
    return mantissa.startswith("-"), significant, scale


def _is_decimal(value: Any) -> bool:
    # Without the import of `decimal`: whoever made such a value has imported it.
    kind = type(value)
    return kind.__name__ == "Decimal" and kind.__module__ in {"decimal", "_decimal", "_pydecimal"}
