"""
One value of a pattern's list against the kind of value that a record has there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.faults import Fault
from pipes_trigger.filters.json_text import Pairs
from pipes_trigger.filters.nodes import Foreign, show
from pipes_trigger.filters.number import Number
from pipes_trigger.filters.record_shape import Kind, Place
from pipes_trigger.filters.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT_KINDS: Final = (Kind.STRING, Kind.NUMBER_TEXT)
_BOOLEAN_KINDS: Final = (Kind.BOOLEAN, Kind.NULL)
_TEXT_OPERATORS: Final = frozenset({"prefix", "suffix", "equals-ignore-case"})


def check_value(value: Any, place: Place) -> Iterator[Fault]:
    """
    Say what is wrong with a plain value or an operator object, if the grammar accepts it.
    """
    if isinstance(value, Pairs):
        if len(value) == 1:
            yield from _check_operator(*value[0], place)
    elif not isinstance(value, (list, Foreign)) and not _can_equal(value, place):
        yield _never(f"is never {show(value)}", _fix(value, place), place)


def _check_operator(name: str, operand: Any, place: Place) -> Iterator[Fault]:
    if name == "numeric" and place.kind is not Kind.NUMBER:
        fix = "compare strings, or do it in the function" if place.kind in _TEXT_KINDS else _fix(None, place)
        yield _never("is never compared by numeric", fix, place)
    elif name in _TEXT_OPERATORS and place.kind not in _TEXT_KINDS:
        yield _never(f"is never accepted by {name}", _fix(None, place), place)
    elif name == "anything-but" and not isinstance(operand, Pairs):
        operands = operand if isinstance(operand, list) else [operand]
        pointless = [each for each in operands if isinstance(each, (str, Number)) and not _can_equal(each, place)]
        if pointless:
            problem = f"there is {place.kind.value}, so anything-but {show(pointless[0])} excludes nothing"
            yield Fault(Rule.PASSES_OTHER_TYPES, problem, _fix(pointless[0], place, name))
        elif place.is_many:
            problem = f"anything-but {show(operand)} passes when any one of several values is another"
            yield Fault(Rule.PASSES_OTHER_TYPES, problem, "exclude it in the function if all must differ")


def _can_equal(value: Any, place: Place) -> bool:
    if place.kind in _TEXT_KINDS:
        return isinstance(value, str)
    if place.kind is Kind.NUMBER:
        return isinstance(value, Number)
    return value is True or (value is False and place.kind is Kind.BOOLEAN)


def _never(problem: str, fix: str, place: Place) -> Fault:
    return Fault(Rule.NEVER_EQUAL, f"there is {place.kind.value}, which {problem}", fix)


def _fix(value: Any, place: Place, operator: str = "") -> str:
    if place.kind in _BOOLEAN_KINDS and not operator:
        return "write [True]" if place.kind is Kind.NULL else "write [True] or [False]"
    if place.kind in _BOOLEAN_KINDS:
        return "write [True] or [False] in its place"
    if place.kind is Kind.NUMBER:
        return "compare with a number"
    if not isinstance(value, Number):
        return "compare with a string"
    return f"write [{{{operator!r}: {value.text!r}}}]" if operator else f"write [{value.text!r}]"
