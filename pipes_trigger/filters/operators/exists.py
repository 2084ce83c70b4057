"""
`exists`: whether there is a value at all. An object, an empty list and a list of objects are none.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pipes_trigger.filters.operators.matcher import Matcher, Read, wrong_operand
from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Present(Matcher):
    """
    Any value, null too.
    """

    takes_other_types: ClassVar[bool] = True

    @property
    def takes_every_text(self) -> bool:
        """
        Whether it accepts every string, as it does.
        """
        return True

    @property
    def shortcut(self) -> tuple[str, Any]:
        """
        The same in an expression.
        """
        return "True", None

    def accepts(self, value: Any) -> bool:  # noqa: ARG002 - that there is one is enough
        """
        Say whether the value satisfies the condition.
        """
        return True

    def __str__(self) -> str:
        return "any value"


@dataclass(frozen=True, slots=True)
class Absent(Matcher):
    """
    No value; whoever looks the value up knows, so this accepts none.
    """

    def accepts(self, value: Any) -> bool:  # noqa: ARG002 - there must be none
        """
        Say whether the value satisfies the condition.
        """
        return False

    def __str__(self) -> str:
        return "no value"


def read_exists(operand: Any) -> Read:
    """
    Read the operand of `exists`.
    """
    if operand is True:
        return Present()
    if operand is False:
        return Absent()
    yield wrong_operand("exists", "true or false", operand, example='{"exists": true} or {"exists": false}')
    return None
