"""
A pattern's fields against the shape of a record: names, types, and values that are never there.
"""

from __future__ import annotations

from typing import Any

from pipes_trigger.filters.faults import Fault, Step
from pipes_trigger.filters.grammar import OR
from pipes_trigger.filters.json_text import Pairs
from pipes_trigger.filters.nodes import show
from pipes_trigger.filters.number import Number
from pipes_trigger.filters.operators import OPERATORS
from pipes_trigger.filters.record_shape import EVENT_NAMES, NOT_FILTERABLE, RECORD, Kind, Place
from pipes_trigger.filters.rules import Rule
from pipes_trigger.filters.trampoline import Steps, run
from pipes_trigger.filters.value_check import check_value
from pipes_trigger.helpers.suggest import known_names

Path = tuple[Step, ...]


class FieldCheck:
    """
    The errors and warnings of a pattern's fields.
    """

    def __init__(self, pattern: Any) -> None:
        self.errors: list[Fault] = []
        self.warnings: list[Fault] = []
        if isinstance(pattern, Pairs):
            run(self._object(pattern, (), RECORD))

    def _object(self, pairs: Pairs, path: Path, place: Place) -> Steps[None]:
        seen: set[str] = set()
        for key, value in pairs:
            here = (*path, key)
            if key in seen:
                fix = "keep one of them; alternatives go into one list, or into $or"
                self._error(Rule.REPEATED_KEY, here, "the key is there twice, and only one counts", fix)
            seen.add(key)
            if key == OR:
                for index, each in enumerate(value if isinstance(value, list) else ()):
                    if isinstance(each, Pairs):
                        yield self._object(each, (*here, index), place)
            else:
                yield self._field(key, value, here, place)

    def _field(self, key: str, value: Any, path: Path, owner: Place) -> Steps[None]:
        place = owner.below(key)
        if owner is RECORD and key in NOT_FILTERABLE:
            problem = "the service's documentation says that this field cannot be filtered"
            self.warnings.append(Fault(Rule.NOT_FILTERABLE, problem, "try it before you rely on it", path))
        elif place is None:
            self._unknown(key, path, owner)
        if place is None:
            return
        if isinstance(value, Pairs):
            yield self._nested(value, path, place)
        elif isinstance(value, list):
            self._values(value, path, place)
        elif place.is_typed:
            self._type_missing(path, [value])

    def _nested(self, pairs: Pairs, path: Path, place: Place) -> Steps[None]:
        if not place.is_value:
            yield self._object(pairs, path, place)
        elif len(pairs) == 1 and pairs[0][0] in OPERATORS:
            # Where the operand is no list the grammar has said so.
            if isinstance(pairs[0][1], list):
                problem = f"an operator needs a list around it, got {show(pairs)}"
                self._error(Rule.FORGOTTEN_LIST, path, problem, f"write [{show(pairs)}]")
        elif pairs:
            problem = f"there is {place.kind.value}, no object with {show(pairs[0][0])}"
            self._error(Rule.UNKNOWN_FIELD, path, problem, "write a list of values")

    def _values(self, values: list[Any], path: Path, place: Place) -> None:
        if place.is_value:
            for index, value in enumerate(values):
                for fault in check_value(value, place):
                    found = self.warnings if fault.rule is Rule.PASSES_OTHER_TYPES else self.errors
                    found.append(fault.below(*path, index))
                if path == ("eventName",) and isinstance(value, str) and value not in EVENT_NAMES:
                    problem = f"there is no event name {show(value)}"
                    self._error(Rule.EVENT_NAME, (*path, index), problem, _nearest(value, EVENT_NAMES))
        elif place.is_typed:
            self._type_missing(path, values)
        else:
            problem = f"there is an object, which no condition on a value accepts, got {show(values)}"
            fix = "name a field in it"
            if path[-1:] in {("NewImage",), ("OldImage",)}:
                fix += "; whether there is an image, eventName tells"
            self._error(Rule.NOT_A_VALUE, path, problem, fix)

    def _type_missing(self, path: Path, values: list[Any]) -> None:
        kinds = ["BOOL" if isinstance(each, bool) else "N" if isinstance(each, Number) else "S" for each in values]
        shown = f"{{{(kinds or ['S'])[0]!r}: {show(values)}}}"
        self._error(
            Rule.TYPE_MISSING, path, "the attribute type is missing", f"write {shown}, with the attribute's type"
        )

    def _unknown(self, key: str, here: Path, place: Place) -> None:
        if not place.is_typed:
            owner = "a record" if place is RECORD else repr(here[-2])
            fix = "nest the objects, one for each part" if "." in key else _nearest(key, place.keys)
            self._error(Rule.UNKNOWN_FIELD, here, f"{owner} has no field {key!r}", fix)
        elif key in OPERATORS:
            self._error(
                Rule.TYPE_MISSING, here[:-1], "the attribute type is missing", f"write {{'S': [{{{key!r}: ...}}]}}"
            )
        elif place.kind is Kind.KEY and Place(Kind.ATTRIBUTE).below(key):
            self._error(
                Rule.UNKNOWN_TYPE, here, f"a key attribute is never of type {key!r}", "it is one of 'S', 'N', 'B'"
            )
        else:
            self._error(Rule.UNKNOWN_TYPE, here, f"there is no attribute type {key!r}", _nearest(key, place.keys))

    def _error(self, rule: Rule, path: Path, problem: str, fix: str) -> None:
        self.errors.append(Fault(rule, problem, fix, path))


def _nearest(wanted: str, known: tuple[str, ...]) -> str:
    for name in known:
        if name.lower() == wanted.lower():
            return f"did you mean {name!r}?"
    return known_names(wanted, known)
