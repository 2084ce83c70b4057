"""
JSON text as Event Ruler reads it: keys in their order with duplicates kept, numbers as they are spelled.

Nothing here recurses, so that text of any nesting is read or refused, never a `RecursionError`.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, decoder
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.number import LONGEST_NUMBER, Number

if TYPE_CHECKING:
    from collections.abc import Callable

# Event Ruler's JSON reader (Jackson) takes no deeper ones.
DEEPEST: Final = 1000
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD: Final = re.compile(r"true|false|null")
# The standard library's own reader of strings; it is not among the names that type checkers know.
_scan_string: Final[Callable[[str, int], tuple[str, int]]] = vars(decoder)["scanstring"]
_WORDS: Final = {"true": True, "false": False, "null": None}


class Pairs(list[tuple[str, Any]]):
    """
    A JSON object as it was written: its keys and values in order, duplicates too.
    """

    __slots__ = ()


class JsonTextError(ValueError):
    """
    Text that is not JSON; `problem`, `line` and `column` say where and why.
    """

    def __init__(self, problem: str, text: str, position: int) -> None:
        self.problem = problem
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)
        super().__init__(problem, self.line, self.column)


def read(
    text: str,
    *,
    objects: Callable[[list[tuple[str, Any]]], Any] = Pairs,
    is_limited: bool = True,
    is_whole: bool = True,
) -> Any:
    """
    Read the JSON value that text is.

    Args:
        text: The text.
        objects: Makes an object of its keys and values.
        is_limited: Whether to refuse what Event Ruler's reader refuses: more than 1,000 levels, and numbers of more
            than 1,000 characters.
        is_whole: Whether nothing may follow the value.

    Raises:
        JsonTextError: The text is not JSON, or beyond the limits.

    Example:
        >>> read('{"a": [1.0, null]} and more', is_whole=False)
        [('a', [1.0, None])]
    """
    value, end = _read(text, objects, is_limited=is_limited)
    if is_whole and _skip(text, end) < len(text):
        raise JsonTextError("there is more text behind it", text, _skip(text, end))
    return value


def _read(text: str, objects: Callable[[list[tuple[str, Any]]], Any], *, is_limited: bool) -> tuple[Any, int]:
    # The open lists and objects, and the key that the next value of each object belongs to.
    containers: list[list[Any]] = []
    keys: list[str | None] = []
    position = 0
    while True:
        value: Any
        position = _skip(text, position)
        opening = text[position : position + 1]
        if opening in ("{", "["):
            if is_limited and len(containers) >= DEEPEST:
                raise JsonTextError(f"nests deeper than {DEEPEST} levels", text, position)
            is_object = opening == "{"
            container: list[Any] = []
            position = _skip(text, position + 1)
            if text[position : position + 1] != ("}" if is_object else "]"):
                key = None
                if is_object:
                    key, position = _key(text, position)
                containers.append(container)
                keys.append(key)
                continue
            value, position = (objects(container) if is_object else container), position + 1
        else:
            value, position = _scalar(text, position, is_limited=is_limited)
        while containers:
            container, key = containers[-1], keys[-1]
            container.append(value if key is None else (key, value))
            position = _skip(text, position)
            following = text[position : position + 1]
            if following == ",":
                position += 1
                if key is not None:
                    keys[-1], position = _key(text, _skip(text, position))
                break
            if following != ("]" if key is None else "}"):
                raise JsonTextError(
                    f"expected ',' or '{']' if key is None else '}'}'{_found(text, position)}", text, position
                )
            containers.pop()
            keys.pop()
            value, position = (container if key is None else objects(container)), position + 1
        else:
            return value, position


def _skip(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _found(text: str, position: int) -> str:
    return f", found {text[position]!r}" if position < len(text) else ", found the end of the text"


def _key(text: str, position: int) -> tuple[str, int]:
    if text[position : position + 1] != '"':
        raise JsonTextError(f"expected a key in double quotes{_found(text, position)}", text, position)
    key, position = _string(text, position)
    position = _skip(text, position)
    if text[position : position + 1] != ":":
        raise JsonTextError(f"expected ':'{_found(text, position)}", text, position)
    return key, position + 1


def _string(text: str, position: int) -> tuple[str, int]:
    try:
        string, end = _scan_string(text, position + 1)
    except JSONDecodeError as error:
        problem = error.msg[:1].lower() + error.msg[1:]
        raise JsonTextError(problem.removesuffix(" at").removesuffix(" starting"), text, error.pos) from None
    return string, end


def _scalar(text: str, position: int, *, is_limited: bool) -> tuple[Any, int]:
    if text[position : position + 1] == '"':
        return _string(text, position)
    number = _NUMBER.match(text, position)
    if number:
        if is_limited and number.end() - position > LONGEST_NUMBER:
            raise JsonTextError(f"a number is longer than {LONGEST_NUMBER} characters", text, position)
        return Number(number.group()), number.end()
    word = _WORD.match(text, position)
    if word:
        return _WORDS[word.group()], word.end()
    raise JsonTextError(f"expected a value{_found(text, position)}", text, position)
