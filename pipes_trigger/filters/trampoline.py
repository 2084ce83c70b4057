"""
Recursion without Python's stack: a function that would call itself yields the call instead.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

_Result = TypeVar("_Result")
Steps = Generator["Steps[Any]", Any, _Result]


def run(first: Steps[_Result]) -> _Result:
    """
    Run a generator that yields the generators it waits for; return what it returns.

    Example:
        >>> def depth(nested):
        ...     return 1 + (yield depth(nested[0])) if nested else 0
        >>> run(depth([[[]]]))
        2
    """
    waiting: list[Steps[Any]] = [first]
    result: Any = None
    while waiting:
        try:
            called = waiting[-1].send(result)
        except StopIteration as stop:
            waiting.pop()
            result = stop.value
        else:
            waiting.append(called)
            result = None
    final: _Result = result
    return final
