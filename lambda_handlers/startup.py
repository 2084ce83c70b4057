"""
Starting a function quickly.
"""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collecting() -> Iterator[None]:
    """
    Keep the garbage collector from looking at all that is imported, now and later: none of it is garbage.

    Example:
        >>> with without_collecting():
        ...     gc.isenabled()
        False
        >>> gc.isenabled()
        True
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def patterns_later() -> Iterator[None]:
    """
    Compile the regular expressions of what is imported when they are first used: most of them never are.

    Example:
        >>> with patterns_later():
        ...     pattern = re.compile("[a-z]+")
        >>> isinstance(pattern, re.Pattern), re.sub(pattern, "-", "4you"), pattern == re.compile("[a-z]+")
        (True, '4-', True)
    """
    compile_now: Any = re.compile

    def compile_later(pattern: Any, flags: Any = 0) -> Any:
        return _Later(compile_now, pattern, flags)

    re.compile = compile_later
    try:
        yield
    finally:
        re.compile = compile_now


class _Later:
    """
    All that a compiled pattern is; what has been asked for once is kept, and then costs as little.

    A pattern that is wrong is an error when it is used, not where it is written.
    """

    def __init__(self, compile_now: Any, *pattern: Any) -> None:
        self._compile_now = compile_now
        self._pattern = pattern

    def _now(self) -> Any:
        return self._compile_now(*self._pattern)

    # The functions of `re` take what is an instance of a pattern.
    __class__: Any = property(lambda _: re.Pattern)

    def __getattr__(self, name: str) -> Any:
        if not hasattr(re.Pattern, name):  # an abstract class asks all that it holds whether it is abstract, too
            raise AttributeError(name)
        value = getattr(self._now(), name)
        setattr(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        return bool(self._now() == (other._now() if type(other) is _Later else other))

    def __hash__(self) -> int:
        return hash(self._now())

    def __repr__(self) -> str:
        return repr(self._now())

    # To copy or to pickle it gives an ordinary one.
    def __reduce__(self) -> tuple[Any, ...]:
        return self._compile_now, self._pattern
