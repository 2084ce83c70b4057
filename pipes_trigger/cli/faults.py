"""
Saying where a fault was met.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipes_trigger.errors import ViolationsError
from pipes_trigger.quick_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def naming(place: str) -> Iterator[None]:
    """
    Put a place before the path of every violation that is raised within.

    Raises:
        ViolationsError: What was raised within.

    Example:
        >>> from pipes_trigger.errors import Violation
        >>> try:
        ...     with naming("records.jsonl:3"):
        ...         raise ViolationsError([Violation("XX001", "record", "is wrong", "mend it")])
        ... except ViolationsError as error:
        ...     print(error)
        [XX001] records.jsonl:3: record: is wrong; mend it
    """
    try:
        yield
    except ViolationsError as error:
        raise ViolationsError([replace(each, path=f"{place}: {each.path}") for each in error.violations]) from None
