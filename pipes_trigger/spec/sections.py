"""
The parts of a pipe's properties: found, checked, every fault noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import PipeSpecError, Violation, ViolationsError
from pipes_trigger.quick_dataclasses import replace

if TYPE_CHECKING:
    from pipes_trigger.limits import Limit

_NO_VALUE: Final = {"Ref": "AWS::NoValue"}
_WRITE_OUT: Final = "write it without deploy-time values, which cannot be known here"


class Faults:
    """
    What is wrong with one pipe, collected by the error that each fault belongs to.
    """

    def __init__(self, logical_id: str) -> None:
        self._pipe = f"Resources.{logical_id}"
        self._found: dict[type[ViolationsError], list[Violation]] = {}

    def add(self, path: str, problem: str, fix: str, rule: str = "PS005") -> None:
        """
        Note a fault of the template itself.
        """
        self._found.setdefault(PipeSpecError, []).append(Violation(rule, f"{self._pipe}.{path}", problem, fix))

    def adopt(self, error: ViolationsError, within: str = "") -> None:
        """
        Note the faults of filters or of an input template, with the pipe named, and the part of it that they are in.
        """
        named = [replace(each, path=f"{self._pipe}.{within}{each.path}") for each in error.violations]
        self._found.setdefault(type(error), []).extend(named)

    def raise_any(self) -> None:
        """
        Raise everything in one error: of the faults' own kind if they are of one kind.
        """
        if self._found:
            kind = next(iter(self._found)) if len(self._found) == 1 else PipeSpecError
            raise kind([violation for found in self._found.values() for violation in found])


def section(parent: Mapping[str, Any], key: str, faults: Faults) -> Mapping[str, Any]:
    """
    Give the object at `key`, an empty one where there is none; an expression in its place is a fault.
    """
    found = parent.get(key, {})
    if isinstance(found, Mapping) and not any(each == "Ref" or str(each).startswith("Fn::") for each in found):
        return given(found)
    faults.add(key, f"must be an object, got {found!r}", _WRITE_OUT, rule="PS006")
    return {}


def given(section: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Leave out what has no value.
    """
    return {key: value for key, value in section.items() if value is not None and value != _NO_VALUE}


def not_text(path: str, value: object, faults: Faults) -> None:
    """
    Note that something which has to be known here is no text.
    """
    faults.add(path, f"must be text, got {value!r}", _WRITE_OUT, rule="PS006")


def choice(
    section: Mapping[str, Any], key: str, allowed: tuple[str, ...], unstated: str | None, faults: Faults
) -> str | None:
    """
    Give the value at `key`, `unstated` where there is none; one that is not allowed is a fault.
    """
    value: str | None = section.get(key, unstated)
    if value not in allowed:
        faults.add(key, f"must be {' or '.join(allowed)}, got {value!r}", f"set it to {allowed[0]}")
    return value


def number(value: object, path: str, limit: Limit, faults: Faults) -> int:
    """
    Give a number within its limit; anything else is a fault, and 0.
    """
    # CloudFormation takes numbers as text too.
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < len(str(limit.high)) + 2:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and limit.allows(value):
        return value
    faults.add(path, f"must be {limit}, got {value!r}", "set it to a number within the range")
    return 0
