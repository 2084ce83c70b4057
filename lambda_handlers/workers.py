"""
Calls at the same time.
"""

from __future__ import annotations

import concurrent.futures
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Given = TypeVar("_Given")
    _Result = TypeVar("_Result")

# As many as a client keeps connections.
WORKERS: Final = 10


def together(call: Callable[[_Given], _Result], arguments: Sequence[_Given]) -> list[_Result]:
    """
    Call with each argument, several at a time, and give the results in the arguments' order.

    Raises:
        Exception: What a call raised, the first one's in the arguments' order, and only after all calls have ended, so
            that nothing goes on when the function has answered.

    Example:
        >>> together(len, ["a", "bb", "ccc"])
        [1, 2, 3]
    """
    if len(arguments) <= 1:
        return [call(argument) for argument in arguments]
    futures = [_pool().submit(call, argument) for argument in arguments]
    concurrent.futures.wait(futures)
    return [future.result() for future in futures]


@cache
def _pool() -> concurrent.futures.ThreadPoolExecutor:
    # Made when it is first needed: a function that is sent one record at a time never needs it.
    return concurrent.futures.ThreadPoolExecutor(WORKERS)
