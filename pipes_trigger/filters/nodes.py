"""
A pattern as the checks see it, whether it came as JSON text or as Python data.

A node is a `Pairs` (object), a list, a str, a bool, None or a `Number`. What is not JSON stands as a `Foreign`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pipes_trigger.filters.json_text import DEEPEST, Pairs
from pipes_trigger.filters.number import Number, is_number, to_number
from pipes_trigger.filters.trampoline import Steps, run

_SHOWN_CHARACTERS: Final = 60
_SHOWN_ITEMS: Final = 5
_SHOWN_LEVELS: Final = 3


class Foreign:
    """
    A Python value in a pattern that JSON cannot say.
    """

    __slots__ = ("problem", "value")

    def __init__(self, value: Any, problem: str) -> None:
        self.value = value
        self.problem = problem


def from_python(value: Any) -> Any:
    """
    Turn Python data into nodes.

    Example:
        >>> from_python({"eventName": ("INSERT",)})
        [('eventName', ['INSERT'])]
    """
    root: list[Any] = [None]
    # Where each node goes: the list, the index in it, and the key if the list is an object's.
    waiting: list[tuple[Any, int, list[Any], int, str | None]] = [(value, 1, root, 0, None)]
    while waiting:
        item, level, owner, index, name = waiting.pop()
        node: Any
        if isinstance(item, (Mapping, list, tuple)):
            if level > DEEPEST:
                node = Foreign(item, f"nests deeper than {DEEPEST} levels")
            elif isinstance(item, Mapping):
                node = Pairs()
                for position, (key, below) in enumerate(item.items()):
                    is_name = isinstance(key, str)
                    node.append(None)
                    below_or_key = below if is_name else Foreign(key, "is a key but no string")
                    waiting.append((below_or_key, level + 1, node, position, str(key) if is_name else show(key)))
            else:
                node = [None] * len(item)
                waiting += ((below, level + 1, node, position, None) for position, below in enumerate(item))
        else:
            node = _scalar(item)
        owner[index] = node if name is None else (name, node)
    return root[0]


def to_python(node: Any) -> Any:
    """
    Turn nodes into plain Python data; of a key that is there twice, objects merge and else the last wins.
    """
    return run(_to_python(node))


def to_json(node: Any) -> str:
    """
    Write nodes as compact JSON, every number as it was spelled.

    Example:
        >>> to_json(from_python({"a": [1.0, "é", None]}))
        '{"a":[1.0,"é",null]}'
    """
    written: list[str] = []
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Written):
            written.append(item)
        elif isinstance(item, list):
            is_object = isinstance(item, Pairs)
            waiting.append(_Written("}" if is_object else "]"))
            for index in range(len(item) - 1, -1, -1):
                comma = "," if index else ""
                if is_object:
                    key, below = item[index]
                    waiting += (below, _Written(f"{comma}{_quote(key)}:"))
                else:
                    waiting += (item[index], _Written(comma))
            waiting.append(_Written("{" if is_object else "["))
        else:
            written.append(item.text if isinstance(item, Number) else _quote(item))
    return "".join(written)


def show(node: Any, levels: int = _SHOWN_LEVELS) -> str:
    """
    Show a node in a message, shortened.

    Example:
        >>> show(from_python({"prefix": ["a"] * 9}))
        "{'prefix': ['a', 'a', 'a', 'a', 'a', ...]}"
    """
    if isinstance(node, Foreign):
        node = node.value
    if isinstance(node, (Mapping, Pairs)):
        pairs = list(node.items()) if isinstance(node, Mapping) else node
        if not levels:
            return "{...}" if pairs else "{}"
        shown = [f"{show(key, 0)}: {show(value, levels - 1)}" for key, value in pairs[:_SHOWN_ITEMS]]
        return "{" + ", ".join(shown + ["..."] * (len(pairs) > _SHOWN_ITEMS)) + "}"
    if isinstance(node, (list, tuple)):
        if not levels:
            return "[...]" if node else "[]"
        shown = [show(value, levels - 1) for value in node[:_SHOWN_ITEMS]]
        return "[" + ", ".join(shown + ["..."] * (len(node) > _SHOWN_ITEMS)) + "]"
    text = repr(to_number(node)) if is_number(node) else repr(node)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


class _Written(str):
    """
    Text that is JSON already.
    """

    __slots__ = ()


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, (bool, Foreign)):
        return value
    if isinstance(value, str):
        return str(value)
    if not is_number(value):
        return Foreign(value, f"is no JSON value, its type is {type(value).__name__}")
    number = to_number(value)
    is_json = number.value is not None or number.text.lstrip("-").isdigit()
    return number if is_json else Foreign(value, "is no JSON number")


def _to_python(node: Any) -> Steps[Any]:
    if isinstance(node, Pairs):
        merged: dict[str, Any] = {}
        for key, item in node:
            value = yield _to_python(item)
            earlier = merged.get(key)
            if isinstance(earlier, dict) and isinstance(value, dict):
                yield _merge(earlier, value)
            else:
                merged[key] = value
        return merged
    if isinstance(node, list):
        items = []
        for item in node:
            items.append((yield _to_python(item)))  # noqa: PERF401 - the call is a yield
        return items
    if is_number(node):
        return _python_number(node.text)
    return node


def _python_number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _merge(earlier: dict[str, Any], later: dict[str, Any]) -> Steps[None]:
    for key, value in later.items():
        known = earlier.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            yield _merge(known, value)
        else:
            earlier[key] = value


def _quote(value: str | bool | None) -> str:  # noqa: FBT001 - any JSON scalar
    quoted = json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair has no UTF-8 form, so it stays an escape.
    return quoted if quoted.isascii() or _encodes(quoted) else json.dumps(value)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
