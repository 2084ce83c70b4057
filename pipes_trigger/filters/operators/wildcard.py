r"""
`wildcard`: `*` stands for any characters, `\*` and `\\` for themselves.
"""

from __future__ import annotations

import re
from typing import Any

from pipes_trigger.filters.faults import Fault
from pipes_trigger.filters.operators.matcher import Matcher, Read, wrong_operand
from pipes_trigger.filters.rules import Rule
from pipes_trigger.quick_dataclasses import dataclass, field

_PIECE = re.compile(r"\\([*\\])|(\*)|([^*\\]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wildcard(Matcher):
    """
    A string that has the texts between the stars, in their order.

    Example:
        >>> wildcard = Wildcard("orders/*.csv")
        >>> wildcard.accepts("orders/2026/may.csv"), wildcard.accepts("orders/may.csv.gz")
        (True, False)
    """

    text: str
    _between: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_between", _texts_between_stars(self.text))

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        if not isinstance(value, str):
            return False
        first, *middle = self._between
        if not middle:
            return value == first
        last = middle.pop()
        end = len(value) - len(last)
        if len(first) > end or not value.startswith(first) or not value.endswith(last):
            return False
        # The leftmost place for each text leaves the most room for the next, so nothing is tried twice.
        position = len(first)
        for text in middle:
            found = value.find(text, position, end)
            if found < 0:
                return False
            position = found + len(text)
        return True

    def __str__(self) -> str:
        return f"wildcard {self.text!r}"


def read_wildcard(operand: Any) -> Read:
    """
    Read the operand of `wildcard`.
    """
    if not isinstance(operand, str):
        yield wrong_operand("wildcard", "a string", operand, example='{"wildcard": "a*"}')
        return None
    problem = _problem(operand)
    if problem:
        yield problem
        return None
    return Wildcard(operand)


def _problem(text: str) -> Fault | None:
    position = 0
    while position < len(text):
        if text.startswith("**", position):
            return Fault(Rule.WILDCARD, f"wildcard {text!r} has '**' at {position}", "write one '*'")
        piece = _PIECE.match(text, position)
        if not piece:
            fix = r"write '\\' for a backslash and '\*' for a star (each backslash twice again inside JSON)"
            return Fault(Rule.WILDCARD, f"wildcard {text!r} has a bad escape at {position}", fix)
        position = piece.end()
    return None


def _texts_between_stars(text: str) -> tuple[str, ...]:
    texts = [""]
    for escaped, star, plain in _PIECE.findall(text):
        if star:
            texts.append("")
        else:
            texts[-1] += escaped or plain
    return tuple(texts)
