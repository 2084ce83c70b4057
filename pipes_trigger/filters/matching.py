"""
Matching: a pattern's branches compiled to one function that says whether an event matches.

Events without lists on the way to a pattern's fields, and without dotted keys, take a generated function: per field a
look-up and a test. Where a field fails there, the general search decides if the event has a list or another spelling of
the field (`{"a.b": 1}` for `{"a": {"b": 1}}`), for only that can turn the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.addresses import conditions_reading_addresses
from pipes_trigger.filters.fields import FieldNames
from pipes_trigger.filters.search import Check, satisfies

if TYPE_CHECKING:
    from pipes_trigger.filters.condition import Condition

# More conditions, or deeper ones, are searched without generated code, whose compilation would take longer than it
# saves.
MOST_GENERATED: Final = 100
MOST_DOTS: Final = 80

Match = Callable[[Any], bool]


class _Missing:
    """
    What a look-up gives where there is nothing.
    """


_MISSING: Final = _Missing()


def compile_branches(branches: Sequence[Sequence[Condition]]) -> Match:
    """
    Compile the branches of a pattern, each sorted as Event Ruler sorts it.

    Example:
        >>> from pipes_trigger.filters.condition import Condition
        >>> from pipes_trigger.filters.operators.exact import Text
        >>> compile_branches([[Condition(("a", "b"), (Text("x"),))]])({"a": {"b": ["w", "x"]}})
        True
    """
    reading = conditions_reading_addresses(branches)
    checks = [
        [Check.of(each, reads_addresses=(number, position) in reading) for position, each in enumerate(branch)]
        for number, branch in enumerate(branches)
    ]
    if sum(map(len, checks)) > MOST_GENERATED or any(each.name.count(".") > MOST_DOTS for b in branches for each in b):
        return _Search(checks)
    return _generated(checks)


class _Search:
    """
    The general search; what it needs is made when the first event comes that needs it.
    """

    __slots__ = ("_branches", "_names")

    def __init__(self, branches: list[list[Check]]) -> None:
        self._branches = branches
        self._names: FieldNames | None = None

    def __call__(self, event: Any) -> bool:
        if not isinstance(event, Mapping):
            return False
        if self._names is None:
            self._names = FieldNames(check.condition.name for branch in self._branches for check in branch)
        found = self._names.collect(event)
        return any(satisfies(checks, found) for checks in self._branches)


def _generated(branches: list[list[Check]]) -> Match:
    code = _Code(_Search(branches))
    for checks in branches:
        code.add_branch(checks)
    return code.compile()


class _Code:
    """
    The generated function: one function per branch, and one that asks them in turn.

    Its names stand for the constants of `_constants`; keys are written with `repr`. So no text of a pattern is run.
    """

    def __init__(self, searched: Match) -> None:
        self._constants: dict[str, Any] = {"missing": _MISSING, "searched": searched}
        self._lines: list[str] = []
        self._branches = 0

    def _constant(self, value: Any) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def add_branch(self, checks: list[Check]) -> None:
        """
        Add the function of one branch.
        """
        search = self._constant(_Search([checks]))
        self._lines.append(f"def branch{self._branches}(event):")
        self._branches += 1
        parents: dict[tuple[str, ...], str] = {}
        # The shallowest field first: `eventName` tells most records apart.
        for check in sorted(checks, key=lambda check: len(check.condition.steps)):
            look = self._constant(_looked_up(check))
            otherwise = f"(found := {look}(event)) is not True: return found is None and {search}(event)"
            if check.condition.is_absent_allowed or "" in check.condition.steps:
                self._lines.append(f" if {otherwise}")
                continue
            *above, key = check.condition.steps
            terms = []
            parent = "event"
            for depth, step in enumerate(above, 1):
                steps = tuple(above[:depth])
                if steps not in parents:
                    # Where this is no dict, the look-up does not find the field, so nothing below is reached.
                    parents[steps] = f"d{len(parents)}"
                    terms.append(f"({parents[steps]} := {parent}.get({step!r})).__class__ is dict")
                parent = parents[steps]
            value = f"(value := {parent}.get({key!r}, missing))"
            if check.texts is not None and check.condition.name == key:
                # A string at the top of a record, mostly the event name: nothing can turn the verdict.
                texts = self._constant(check.texts)
                self._lines.append(f" if {value}.__class__ is str and value not in {texts}: return False")
                value = "value"
            terms.append(self._test(check, value))
            self._lines.append(f" if not ({' and '.join(terms)}) and {otherwise}")
        self._lines.append(" return True")

    def _test(self, check: Check, value: str) -> str:
        # True only of a value that is accepted; of others the look-up decides.
        if check.texts is not None:
            return f"{value}.__class__ is str and value in {self._constant(check.texts)}"
        if check.shortcut:
            expression, constant = check.shortcut
            return f"{value}.__class__ is str and {expression.format(self._constant(constant))}"
        return f"{value} is not missing and {self._constant(check.accepts)}(value)"

    def compile(self) -> Match:
        """
        Compile what was added.
        """
        calls = " or ".join(f"branch{number}(event)" for number in range(self._branches))
        lines = [
            *self._lines,
            "def match(event):",
            " if event.__class__ is not dict: return searched(event)",
            f" return {calls}",
        ]
        exec(compile("\n".join(lines), "<filter pattern>", "exec"), self._constants)  # noqa: S102 - names and reprs alone
        match: Match = self._constants["match"]
        return match


class _Way:
    """
    The way to a field through an event, and the other keys that could lead to the same field.
    """

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._keys: list[tuple[str, tuple[str, ...]]] = []

    def _find_keys(self) -> None:
        segments = self._condition.name.split(".")
        keys = []
        for step in self._condition.steps:
            joined = (".".join(segments[:count]) for count in range(1, len(segments) + 1))
            keys.append((step, tuple(key for key in joined if key != step)))
            segments = segments[step.count(".") + 1 :]
        # In one assignment, for other threads may match at the same time.
        self._keys = keys

    def follow(self, event: Any) -> tuple[Any, bool]:
        """
        Return the value at the end of the way, and whether only a search can tell.
        """
        if not self._keys:
            self._find_keys()
        value = event
        for step, others in self._keys:
            if value.__class__ is not dict:
                return _MISSING, isinstance(value, (Mapping, list, tuple))
            for other in others:
                if other in value:
                    return _MISSING, True
            value = value.get(step, _MISSING)
            if value is _MISSING:
                return _MISSING, False
        return value, False


def _looked_up(check: Check) -> Callable[[Any], bool | None]:
    """
    Make the function that says whether an event satisfies one condition; None where only a search can tell.
    """
    way = _Way(check.condition)
    is_absent_allowed = check.condition.is_absent_allowed
    accepts = check.accepts

    def look_up(event: Any) -> bool | None:
        value, is_unclear = way.follow(event)
        if is_unclear:
            return None
        if isinstance(value, (list, tuple)):
            # The values of a plain list belong to no element, so they bind no other condition.
            if any(isinstance(each, (Mapping, list, tuple)) for each in value):
                return None
            return any(map(accepts, value)) or (is_absent_allowed and not value)
        if value is _MISSING or isinstance(value, Mapping):
            return is_absent_allowed
        return accepts(value)

    return look_up if "" not in check.condition.steps else lambda _: None
