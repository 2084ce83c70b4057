"""
Filling placeholders with a record's values.

What AWS does not document is refused with an error, never guessed: see docs/TEMPLATES.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import InputTemplateError, Violation
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.templates.context import EVENT, EVENT_JSON, PIPE_VARIABLES, PipeContext
from pipes_trigger.templates.placeholders import WILDCARD

if TYPE_CHECKING:
    from pipes_trigger.templates.placeholders import Placeholder, Step

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_MISSING: Final = object()
_NO_CONTEXT: Final = PipeContext()


class Position(Enum):
    """
    Where a placeholder stands; that decides how its value is written.
    """

    VALUE = "as a JSON value"
    STRING = "inside a JSON string"
    TEXT = "in free text"
    WHOLE = "alone as the whole template"


@dataclass(frozen=True, slots=True)
class Slot:
    """
    A placeholder made ready to be filled.
    """

    placeholder: Placeholder
    steps: tuple[Step, ...]
    position: Position

    def fill(self, event: Mapping[str, Any], pipe: PipeContext | None, faults: list[Violation]) -> str:
        """
        Write the value of one record; what goes wrong is added to `faults`.
        """
        if self.steps:
            value = _MISSING if WILDCARD in self.steps else find(event, self.steps)
        elif self.placeholder.content == EVENT_JSON:
            value = event
        elif self.placeholder.content == EVENT:
            return self._event(event, faults)
        else:
            value = getattr(pipe or _NO_CONTEXT, PIPE_VARIABLES[self.placeholder.content]) or _MISSING
        if value is _MISSING:
            faults.append(self._missing(event))
            return ""
        return self._write(value, faults)

    def _write(self, value: object, faults: list[Violation]) -> str:
        if self.position is Position.VALUE:
            return _encode(value)
        if value is None or isinstance(value, Mapping | list):
            kind = "null" if value is None else "an object" if isinstance(value, Mapping) else "a list"
            problem = f"is {kind} in this record; only strings, numbers and booleans can stand {self.position.value}"
            fix = f'write it as the value of a field, without quotes: {{"field": {self.placeholder}}}'
            faults.append(Violation("IT102", str(self.placeholder), problem, fix))
            return ""
        if self.position is Position.TEXT and isinstance(value, str):
            return value
        encoded = _encode(value)
        return encoded[1:-1] if self.position is Position.STRING and isinstance(value, str) else encoded

    def _event(self, event: Mapping[str, Any], faults: list[Violation]) -> str:
        text = _encode(event)
        if self.position is Position.WHOLE:
            return text
        if self.position is Position.STRING:
            return _encode(text)[1:-1]
        problem = f"stands {self.position.value}, and AWS does not say how the event is written there"
        faults.append(
            Violation("IT106", str(self.placeholder), problem, f"write <{EVENT_JSON}> as the value of a field")
        )
        return ""

    def _missing(self, event: Mapping[str, Any]) -> Violation:
        if not self.steps:
            argument = f"PipeContext({PIPE_VARIABLES[self.placeholder.content]}=...)"
            return Violation("IT103", str(self.placeholder), "has no value here", f"pass pipe={argument}")
        if WILDCARD in self.steps and find(event, self.steps[: self.steps.index(WILDCARD)]) is not _MISSING:
            problem = "has a wildcard, and AWS does not say what comes out of one"
            return Violation("IT104", str(self.placeholder), problem, "name the field, or pass the whole object on")
        problem = "is not in this record, and AWS does not say what comes out then"
        return Violation("IT101", str(self.placeholder), problem, "filter such records out, or pass <$.dynamodb> on")


def find(event: object, steps: Sequence[Step]) -> Any:
    """
    Follow a path; what is not there is one object, the same for all.
    """
    value = event
    for step in steps:
        if isinstance(value, list):
            if not isinstance(step, int) or step >= len(value):
                return _MISSING
            value = value[step]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            return _MISSING
    return value


def read_event(record: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """
    Take a record as a mapping, or as JSON text.

    Raises:
        InputTemplateError: JSON text that is no object.
    """
    if not isinstance(record, str):
        return record
    try:
        event = json.loads(record)
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"is no JSON: {error}") from None
    if not isinstance(event, dict):
        raise _unreadable(f"is {record[:60]!r}")
    return event


def render(parts: Sequence[str | Slot], record: Mapping[str, Any] | str, pipe: PipeContext | None) -> str:
    """
    Fill all slots for one record.

    Raises:
        InputTemplateError: Every slot that could not be filled.
    """
    event = read_event(record)
    faults: list[Violation] = []
    try:
        rendered = "".join([part if isinstance(part, str) else part.fill(event, pipe, faults) for part in parts])
        rendered.encode()  # half a surrogate pair is no Unicode text, and no JSON that could be sent
    except (TypeError, ValueError, RecursionError) as error:
        raise _unreadable(f"cannot be written as JSON: {error}") from None
    if faults:
        raise InputTemplateError(faults)
    return rendered


def _unreadable(problem: str) -> InputTemplateError:
    fix = "pass the record as a mapping or as the JSON text of an object"
    return InputTemplateError([Violation("IT105", "record", problem, fix)])
