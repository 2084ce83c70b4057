r"""
`prefix` and `suffix`, each also with `equals-ignore-case`.

Event Ruler compares with the quotes that a string has in JSON. So `{"prefix": "a\""}` accepts exactly `a`, and
`{"suffix": "\"a"}` too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.filters.json_text import Pairs
from pipes_trigger.filters.operators.ignore_case import any_case
from pipes_trigger.filters.operators.matcher import Matcher, Read, one_key, wrong_operand
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, slots=True)
class Prefix(Matcher):
    """
    A string that begins with a text.
    """

    text: str

    @property
    def takes_every_text(self) -> bool:
        """
        Whether it accepts every string: one without a text does.
        """
        return not self.text

    @property
    def shortcut(self) -> tuple[str, Any]:
        """
        The same in an expression.
        """
        return "value.startswith({})", self.text

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        if not isinstance(value, str):
            return False
        return value.startswith(self.text) or f'{value}"' == self.text

    def __str__(self) -> str:
        return f"prefix {self.text!r}"


@dataclass(frozen=True, slots=True)
class Suffix(Matcher):
    """
    A string that ends with a text.
    """

    text: str

    @property
    def takes_every_text(self) -> bool:
        """
        Whether it accepts every string: one without a text does.
        """
        return not self.text

    @property
    def shortcut(self) -> tuple[str, Any]:
        """
        The same in an expression.
        """
        return "value.endswith({})", self.text

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        if not isinstance(value, str):
            return False
        return value.endswith(self.text) or f'"{value}' == self.text

    def __str__(self) -> str:
        return f"suffix {self.text!r}"


@dataclass(frozen=True, slots=True)
class PrefixIgnoringCase(Matcher):
    """
    A string that begins with a text, in any case.
    """

    text: str
    _form: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_form", any_case(self.text))

    @property
    def takes_every_text(self) -> bool:
        """
        Whether it accepts every string: one without a text does.
        """
        return not self.text

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return isinstance(value, str) and self._form.match(f'{value}"') is not None

    def __str__(self) -> str:
        return f"prefix {self.text!r} in any case"


@dataclass(frozen=True, slots=True)
class SuffixIgnoringCase(Matcher):
    """
    A string that ends with a text, in any case.
    """

    text: str
    _form: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_form", any_case(self.text, backwards=True))

    @property
    def takes_every_text(self) -> bool:
        """
        Whether it accepts every string: one without a text does.
        """
        return not self.text

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        return isinstance(value, str) and self._form.match(f'"{value}'[::-1]) is not None

    def __str__(self) -> str:
        return f"suffix {self.text!r} in any case"


def read_prefix(operand: Any) -> Read:
    """
    Read the operand of `prefix`.
    """
    return (yield from _read("prefix", Prefix, PrefixIgnoringCase, operand))


def read_suffix(operand: Any) -> Read:
    """
    Read the operand of `suffix`.
    """
    return (yield from _read("suffix", Suffix, SuffixIgnoringCase, operand))


def _read(
    operator: str,
    plain: type[Prefix | Suffix],
    ignoring_case: type[PrefixIgnoringCase | SuffixIgnoringCase],
    operand: Any,
) -> Read:
    if isinstance(operand, str):
        return plain(operand)
    example = f'{{"{operator}": "a"}} or {{"{operator}": {{"equals-ignore-case": "a"}}}}'
    if not isinstance(operand, Pairs):
        yield wrong_operand(operator, "a string or equals-ignore-case", operand, example=example)
        return None
    pair = yield from one_key(operand, operator)
    if pair is None:
        return None
    key, text = pair
    if key != "equals-ignore-case":
        yield wrong_operand(operator, "a string or equals-ignore-case", operand, example=example)
    elif not isinstance(text, str):
        yield wrong_operand("equals-ignore-case", "a string", text, key, example=example)
    else:
        return ignoring_case(text)
    return None
