"""
Whether the fields of an event satisfy the conditions of one branch together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.errors import EventError
from pipes_trigger.filters.rules import Rule
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.fields import Occurrence

# Choices of list elements that are followed at once; only an event that spells one field with dots in several ways,
# with lists in each, comes near.
MOST_CHOICES: Final = 100_000

_Elements = dict[int, int]
_Choice = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """
    A condition with the function that tells whether a value satisfies it.

    Attributes:
        condition: The condition.
        accepts: Whether a value satisfies one of its alternatives; objects and lists satisfy none.
        texts: The strings that are asked for, if nothing else is.
        shortcut: An expression and its constant which, true of a str `value`, tells that it is accepted.
    """

    condition: Condition
    accepts: Callable[[Any], bool]
    texts: frozenset[str] | None
    shortcut: tuple[str, Any] | None

    @classmethod
    def of(cls, condition: Condition, *, reads_addresses: bool) -> Check:
        """
        Compile a condition.
        """
        accepts = condition.predicate(reads_addresses=reads_addresses)
        if reads_addresses:
            return cls(condition, accepts, None, None)
        shortcuts = (each.shortcut for each in condition.matchers)
        return cls(condition, accepts, condition.texts(), next((each for each in shortcuts if each), None))


def satisfies(checks: Sequence[Check], found: dict[str, list[Occurrence]]) -> bool:
    """
    Say whether one choice of occurrences satisfies every condition, each list giving one element at most.

    Args:
        checks: The conditions in Event Ruler's order. The order matters to `exists: false`, which looks at the elements
            that the conditions before it chose.
        found: The occurrences of each field.

    Raises:
        EventError: The event allows more choices than are followed.
    """
    occurrences = [found.get(check.condition.name, []) for check in checks]
    relevant = _lists_from_here_on(occurrences)
    choices: set[_Choice] = {()}
    for position, check in enumerate(checks):
        accepted = [elements for value, elements in occurrences[position] if check.accepts(value)]
        following: set[_Choice] = set()
        for choice in choices:
            chosen = dict(choice)
            if check.condition.is_absent_allowed and not any(
                _agrees(chosen, elements) for _, elements in occurrences[position]
            ):
                following.add(_keep(chosen, relevant[position + 1]))
            for elements in accepted:
                if _agrees(chosen, elements):
                    following.add(_keep({**chosen, **dict(elements)}, relevant[position + 1]))
            if len(following) > MOST_CHOICES:
                problem = f"its lists allow more than {MOST_CHOICES} choices of elements"
                raise EventError(Rule.EVENT_TEXT, problem, "nest fewer lists under one name")
        choices = following
        if not choices:
            return False
    return True


def _agrees(chosen: _Elements, elements: _Choice) -> bool:
    return all(chosen.get(number, index) == index for number, index in elements)


def _keep(chosen: _Elements, relevant: frozenset[int]) -> _Choice:
    return tuple(sorted((number, index) for number, index in chosen.items() if number in relevant))


def _lists_from_here_on(occurrences: list[list[Occurrence]]) -> list[frozenset[int]]:
    # A choice of element matters only while a later field is in that list.
    relevant: list[frozenset[int]] = [frozenset()]
    for found in reversed(occurrences):
        relevant.append(relevant[-1].union(number for _, elements in found for number, _ in elements))
    relevant.reverse()
    return relevant
