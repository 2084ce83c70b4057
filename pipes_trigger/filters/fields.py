"""
An event as Event Ruler sees it: fields, each a dotted name, a value and its place in the event's lists.

A value inside a list that holds objects or lists belongs to one element of it. Fields satisfy a pattern together only
if no two of them are in different elements of the same list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pipes_trigger.filters.errors import EventError
from pipes_trigger.filters.rules import Rule

# The elements that a field is in: the list's number in the event, and the element's index.
Elements = tuple[tuple[int, int], ...]
Occurrence = tuple[Any, Elements]
# The same while an event is walked: the innermost element, and the chain of those around it.
_Chain = tuple[tuple[int, int], "_Chain"] | None
MOST_ELEMENTS: Final = 1_000_000


class FieldNames:
    """
    The fields that a pattern asks for, and the keys on the way to them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._leading = frozenset(leading for name in self.names for leading in _leading(name))
        # Event Ruler passes over a key that is no step of any field. It forgets empty steps at a field's end.
        self._has_empty_step = any("" in _steps(name) for name in self.names)

    def collect(self, event: Any) -> dict[str, list[Occurrence]]:
        """
        Find every occurrence of the fields in an event.

        Example:
            >>> FieldNames(["a.b"]).collect({"a": [{"b": 1}, {"b": [2, 3]}]})
            {'a.b': [(1, ((0, 0),)), (2, ((0, 1),)), (3, ((0, 1),))]}
        """
        found: dict[str, list[Occurrence]] = {}
        lists = recorded = 0
        # Name so far, value, its elements; the root has no name.
        waiting: list[tuple[str | None, Any, _Chain]] = [(None, event, None)]
        while waiting:
            name, value, elements = waiting.pop()
            if value.__class__ is dict or isinstance(value, Mapping):
                for key, item in reversed(value.items()) if isinstance(value, dict) else value.items():
                    below = self._below(name, key)
                    if below is not None:
                        waiting.append((below, item, elements))
            elif isinstance(value, (list, tuple)):
                number, lists = lists, lists + 1
                for index in range(len(value) - 1, -1, -1):
                    item = value[index]
                    # A plain value belongs to no element: it stands for the list. An only element excludes no other.
                    inside = len(value) > 1 and isinstance(item, (Mapping, list, tuple))
                    waiting.append((name, item, ((number, index), elements) if inside else elements))
            elif name in self.names:
                chosen = _unchain(elements)
                recorded += len(chosen)
                if recorded > MOST_ELEMENTS:
                    problem = f"its fields are in more than {MOST_ELEMENTS} elements of lists within lists"
                    raise EventError(Rule.EVENT_TEXT, problem, "nest fewer lists")
                found.setdefault(name, []).append((value, chosen))
        return found

    def _below(self, name: str | None, key: Any) -> str | None:
        if not isinstance(key, str) or (not key and not self._has_empty_step):
            return None
        below = key if name is None else f"{name}.{key}"
        return below if below in self.names or below in self._leading else None


def _unchain(elements: _Chain) -> Elements:
    chosen = []
    while elements is not None:
        element, elements = elements
        chosen.append(element)
    return tuple(reversed(chosen))


def _leading(name: str) -> Iterator[str]:
    position = name.find(".")
    while position >= 0:
        yield name[:position]
        position = name.find(".", position + 1)


def _steps(name: str) -> list[str]:
    steps = name.split(".")
    while len(steps) > 1 and not steps[-1]:
        steps.pop()
    return steps if any(steps) or name == "" else []
