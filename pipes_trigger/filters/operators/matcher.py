"""
What every operator is: a condition on one value.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar

from pipes_trigger.filters.faults import Fault
from pipes_trigger.filters.nodes import show
from pipes_trigger.filters.rules import Rule

if TYPE_CHECKING:
    from pipes_trigger.filters.json_text import Pairs


class Matcher:
    """
    A condition on one value: a string, a number, a bool or None, never an object or a list.

    Attributes:
        is_address: Whether values are looked at as IP addresses because of it.
        takes_other_types: Whether it accepts every value of another type than its own, and every string that is looked
            at as an IP address.
    """

    __slots__ = ()

    is_address: ClassVar[bool] = False
    takes_other_types: ClassVar[bool] = False

    @property
    def is_numeric(self) -> bool:
        """
        Whether values are looked at as numbers because of it.
        """
        return False

    @property
    def takes_every_text(self) -> bool:
        """
        Whether it accepts every string, because it asks for nothing.
        """
        return False

    @property
    def shortcut(self) -> tuple[str, Any] | None:
        """
        An expression, and the constant for its `{}`, that implies `accepts` where it is true of a str `value`.
        """
        return None

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        raise NotImplementedError


# What reading an operand gives: faults on the way, and the condition where there was none.
Read = Generator[Fault, None, Matcher | None]


def wrong_operand(operator: str, takes: str, operand: Any, *where: str | int, example: str) -> Fault:
    """
    Say that an operand has the wrong type.
    """
    return Fault(Rule.OPERAND, f"{operator} takes {takes}, got {show(operand)}", f"write {example}", where)


def one_key(pairs: Pairs, operator: str) -> Generator[Fault, None, tuple[str, Any] | None]:
    """
    Read an object that must have exactly one key.
    """
    if len(pairs) == 1:
        return pairs[0]
    if pairs:
        keys = ", ".join(repr(key) for key, _ in pairs)
        yield Fault(
            Rule.ONE_OPERATOR,
            f"{operator} takes one key, got {keys}",
            "put each into an object of its own; the objects of a list are alternatives",
        )
    else:
        yield Fault(Rule.ONE_OPERATOR, f"{operator} takes one key, got {{}}", 'write one, such as {"prefix": "a"}')
    return None
