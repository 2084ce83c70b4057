"""
`numeric`: comparison with one bound or two.
"""

from __future__ import annotations

import math
from typing import Any, Final

from pipes_trigger.filters.faults import Fault
from pipes_trigger.filters.nodes import show
from pipes_trigger.filters.number import Number, comparable
from pipes_trigger.filters.operators.matcher import Matcher, Read
from pipes_trigger.filters.rules import Rule
from pipes_trigger.quick_dataclasses import dataclass

_FORMS: Final = """write ["=", 5], one bound such as [">", 5], or two such as [">=", 0, "<", 5]"""
_ONE_BOUND: Final = 2
_TWO_BOUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class NumericRange(Matcher):
    """
    A number between two bounds; a string is never one, not even `"5"`.

    Example:
        >>> NumericRange(0, 5, low_is_open=True).accepts(5), NumericRange(0, 5).accepts("5")
        (True, False)
    """

    low: float = -math.inf
    high: float = math.inf
    low_is_open: bool = False
    high_is_open: bool = False

    @property
    def is_numeric(self) -> bool:
        """
        Whether values are looked at as numbers because of it.
        """
        return True

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        number = comparable(value)
        if number is None or not self.low <= number <= self.high:
            return False
        return not (self.low_is_open and number == self.low) and not (self.high_is_open and number == self.high)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"number {self.low:g}"
        bounds = []
        if self.low != -math.inf:
            bounds.append(f"{'>' if self.low_is_open else '>='} {self.low:g}")
        if self.high != math.inf:
            bounds.append(f"{'<' if self.high_is_open else '<='} {self.high:g}")
        return f"number {' and '.join(bounds)}"


def read_numeric(operand: Any) -> Read:
    """
    Read the operand of `numeric`.
    """
    if not isinstance(operand, list) or len(operand) not in {_ONE_BOUND, _TWO_BOUNDS}:
        yield _fault(f"numeric takes a list of 2 or 4, got {show(operand)}")
        return None
    bounds: dict[str, float] = {}
    is_sound = True
    for position in range(0, len(operand), 2):
        sign, number = operand[position : position + 2]
        allowed = (
            ("<", "<=") if position else (("=", "<", "<=", ">", ">=") if len(operand) == _ONE_BOUND else (">", ">="))
        )
        if not isinstance(sign, str) or sign not in allowed:
            is_sound = False
            yield _fault(f"must be one of {', '.join(map(repr, allowed))}, got {show(sign)}", position)
        elif not isinstance(number, Number):
            is_sound = False
            yield _fault(f"must be a number, got {show(number)}", position + 1)
        elif number.value is None:
            is_sound = False
            yield _fault(f"{show(number)} does not compare as a number, only doubles do", position + 1)
        else:
            bounds[sign] = number.value
    if not is_sound:
        return None
    found = _range(bounds)
    if len(operand) == _TWO_BOUNDS and found.low >= found.high:
        yield _fault(f"the lower bound must be below the upper, got {show(operand)}")
        return None
    return found


def _range(bounds: dict[str, float]) -> NumericRange:
    if "=" in bounds:
        return NumericRange(bounds["="], bounds["="])
    return NumericRange(
        low=bounds.get(">", bounds.get(">=", -math.inf)),
        high=bounds.get("<", bounds.get("<=", math.inf)),
        low_is_open=">" in bounds,
        high_is_open="<" in bounds,
    )


def _fault(problem: str, *where: int) -> Fault:
    return Fault(Rule.NUMERIC, problem, _FORMS, where)
