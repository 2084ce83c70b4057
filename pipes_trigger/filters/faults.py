"""
A fault as the rule that found it knows it: where it is below the place that was looked at.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, TypeVar

from pipes_trigger.errors import Violation
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.filters.rules import Rule

_Result = TypeVar("_Result")
Step = str | int
# Yields what is wrong, returns what was read.
Reading = Generator["Fault", None, _Result]


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One fault; the walker that knows the whole path makes a `Violation` of it.
    """

    rule: Rule
    problem: str
    fix: str
    where: tuple[Step, ...] = ()

    def below(self, *steps: Step) -> Fault:
        """
        Place the fault deeper.
        """
        return Fault(self.rule, self.problem, self.fix, (*steps, *self.where))

    def at(self, root: str) -> Violation:
        """
        Place the fault in what the user wrote.

        Example:
            >>> from pipes_trigger.filters.rules import Rule
            >>> Fault(Rule.EMPTY_LIST, "is empty", "write one", ("a", 0)).at("pattern").path
            "pattern['a'][0]"
        """
        return Violation(self.rule.id, spell(root, self.where), self.problem, self.fix)


def spell(root: str, steps: Iterable[Step]) -> str:
    """
    Spell a path as the user would index it.
    """
    return root + "".join(f"[{step!r}]" for step in steps)


def below(reading: Reading[_Result], *steps: Step) -> Reading[_Result]:
    """
    Place every fault of a reading deeper.
    """
    while True:
        try:
            fault = next(reading)
        except StopIteration as stop:
            result: _Result = stop.value
            return result
        yield fault.below(*steps)
