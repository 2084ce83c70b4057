"""
`equals-ignore-case`, and what prefix and suffix take from it.

Event Ruler compares char by char of UTF-16: each may be its lower or its upper form, which may be several characters
(`ß` accepts `SS`). Half of a surrogate pair has no form in UTF-8 and becomes `?`.
"""

from __future__ import annotations

import re
from typing import Any

from pipes_trigger.filters.operators.matcher import Matcher, Read, wrong_operand
from pipes_trigger.quick_dataclasses import dataclass, field

_LAST_OF_FIRST_PLANE = "\uffff"
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class EqualsIgnoreCase(Matcher):
    """
    A string that is the same but for upper and lower case.

    Example:
        >>> EqualsIgnoreCase("Done").accepts("DONE"), EqualsIgnoreCase("5").accepts(5)
        (True, False)
    """

    text: str
    _form: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_form", any_case(self.text))

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return isinstance(value, str) and self._form.fullmatch(value) is not None

    def __str__(self) -> str:
        return f"{self.text!r} in any case"


def read_equals_ignore_case(operand: Any) -> Read:
    """
    Read the operand of `equals-ignore-case`.
    """
    if isinstance(operand, str):
        return EqualsIgnoreCase(operand)
    yield wrong_operand("equals-ignore-case", "a string", operand, example='{"equals-ignore-case": "done"}')
    return None


def any_case(text: str, *, backwards: bool = False) -> re.Pattern[str]:
    """
    Compile a text to an expression that takes every letter in both cases.

    Args:
        text: The text.
        backwards: Whether the expression is for reversed strings.
    """
    parts = []
    for character in text:
        if character > _LAST_OF_FIRST_PLANE:
            parts.append(r"\?\?")
        elif ord(character) in _SURROGATES:
            parts.append(r"\?")
        else:
            forms = {character.lower(), character.upper()}
            spelled = sorted(re.escape(form[::-1] if backwards else form) for form in forms)
            parts.append(spelled[0] if len(spelled) == 1 else f"(?:{'|'.join(spelled)})")
    return re.compile("".join(reversed(parts) if backwards else parts), re.DOTALL)
