"""
`anything-but`: any value that is there, other than these. Values of another type are other values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pipes_trigger.filters.faults import Fault, below
from pipes_trigger.filters.json_text import Pairs
from pipes_trigger.filters.nodes import show
from pipes_trigger.filters.number import Number, comparable
from pipes_trigger.filters.operators.affix import Prefix, Suffix
from pipes_trigger.filters.operators.ignore_case import EqualsIgnoreCase
from pipes_trigger.filters.operators.matcher import Matcher, Read, one_key, wrong_operand
from pipes_trigger.filters.operators.wildcard import Wildcard, read_wildcard
from pipes_trigger.filters.rules import Rule
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

_EXAMPLE: Final = '{"anything-but": "a"} or {"anything-but": ["a", "b"]}'


@dataclass(frozen=True, slots=True)
class AnythingButTexts(Matcher):
    """
    Any value but these strings.
    """

    takes_other_types: ClassVar[bool] = True
    texts: frozenset[str]

    @property
    def shortcut(self) -> tuple[str, Any]:
        """
        The same in an expression.
        """
        return "value not in {}", self.texts

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return not isinstance(value, str) or value not in self.texts

    def __str__(self) -> str:
        return f"anything but {_listed(map(repr, self.texts))}"


@dataclass(frozen=True, slots=True)
class AnythingButNumbers(Matcher):
    """
    Any value but these numbers.
    """

    takes_other_types: ClassVar[bool] = True
    numbers: frozenset[Number]

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
        return number is None or all(number != each.value for each in self.numbers)

    def __str__(self) -> str:
        return f"anything but {_listed(map(repr, self.numbers))}"


@dataclass(frozen=True, slots=True)
class AnythingButMatching(Matcher):
    """
    Any value that satisfies none of some string conditions.
    """

    takes_other_types: ClassVar[bool] = True
    conditions: frozenset[Matcher]
    kind: str

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return not any(condition.accepts(value) for condition in self.conditions)

    def __str__(self) -> str:
        return f"anything but {_listed(map(str, self.conditions))}"


def read_anything_but(operand: Any) -> Read:
    """
    Read the operand of `anything-but`.
    """
    if isinstance(operand, Pairs):
        return (yield from _read_conditions(operand))
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        yield wrong_operand("anything-but", "at least one value", operand, example=_EXAMPLE)
        return None
    if all(isinstance(value, str) for value in values):
        return AnythingButTexts(frozenset(values))
    if all(isinstance(value, Number) for value in values):
        incomparable = [value for value in values if value.value is None]
        for value in incomparable:
            problem = f"{show(value)} does not compare as a number, only doubles do"
            yield Fault(Rule.OPERAND, problem, "write a number of at most 15 digits")
        return None if incomparable else AnythingButNumbers(frozenset(values))
    problem = f"anything-but takes strings or numbers, and not both, got {show(operand)}"
    yield Fault(Rule.OPERAND, problem, f"write {_EXAMPLE}")
    return None


def _read_conditions(pairs: Pairs) -> Read:
    pair = yield from one_key(pairs, "anything-but")
    if pair is None:
        return None
    kind, operand = pair
    if kind not in _CONDITIONS:
        known = ", ".join(_CONDITIONS)
        problem = f"anything-but takes a value, a list or one of {known}, got {show(pairs)}"
        yield Fault(Rule.OPERAND, problem, f"write {_EXAMPLE}")
        return None
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        yield wrong_operand(
            kind, "at least one string", operand, kind, example=f'{{"anything-but": {{"{kind}": "a"}}}}'
        )
    conditions = set()
    for index, value in enumerate(values):
        where = (kind, index) if isinstance(operand, list) else (kind,)
        condition = yield from below(_read_condition(kind, value), *where)
        conditions.add(condition)
    sound = frozenset(condition for condition in conditions if condition is not None)
    return AnythingButMatching(sound, kind) if sound and len(sound) == len(conditions) else None


def _read_condition(kind: str, value: Any) -> Read:
    if kind == "wildcard":
        return (yield from read_wildcard(value))
    if not isinstance(value, str):
        yield wrong_operand(kind, "a string", value, example=f'{{"anything-but": {{"{kind}": "a"}}}}')
    elif not value and kind in {"prefix", "suffix"}:
        yield Fault(
            Rule.OPERAND, f"anything-but takes no empty {kind}, which would exclude every string", "write a text"
        )
    else:
        return _CONDITIONS[kind](value)
    return None


_CONDITIONS: Final[dict[str, Callable[[str], Matcher]]] = {
    "prefix": Prefix,
    "suffix": Suffix,
    "equals-ignore-case": EqualsIgnoreCase,
    "wildcard": Wildcard,
}


def _listed(shown: Any) -> str:
    return ", ".join(sorted(shown))
