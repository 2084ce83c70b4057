"""
Plain values, and `exactly`.
"""

from __future__ import annotations

from typing import Any

from pipes_trigger.filters.number import Number, comparable, is_number, to_number
from pipes_trigger.filters.operators.address import read_address
from pipes_trigger.filters.operators.matcher import Matcher, Read, wrong_operand
from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text(Matcher):
    """
    The same string.
    """

    text: str

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return isinstance(value, str) and value == self.text

    def __str__(self) -> str:
        return repr(self.text)


class Exactly(Text):
    """
    The same string, never looked at as an IP address.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Constant(Matcher):
    """
    The same one of true, false and null.
    """

    value: bool | None

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return value is self.value

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class NumberLiteral(Matcher):
    """
    The same number: by value where it compares by value, else by spelling.
    """

    number: Number

    @property
    def is_numeric(self) -> bool:
        """
        Whether values are looked at as numbers because of it.
        """
        return self.number.value is not None

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        if self.number.value is not None:
            return comparable(value) == self.number.value
        return is_number(value) and to_number(value).text == self.number.text

    def __str__(self) -> str:
        return self.number.text


def read_value(value: Any) -> Matcher:
    """
    Read a plain value of a list: a string, a number, true, false or null.
    """
    if isinstance(value, str):
        return read_address(value) or Text(value)
    if isinstance(value, Number):
        return NumberLiteral(value)
    return Constant(value)


def read_exactly(operand: Any) -> Read:
    """
    Read the operand of `exactly`.
    """
    if isinstance(operand, str):
        return Exactly(operand)
    yield wrong_operand("exactly", "a string", operand, example='{"exactly": "a"}')
    return None
