"""
Starting a function quickly.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
