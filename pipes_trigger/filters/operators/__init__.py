"""
The operators: one file per family, an operator's check and its match side by side.

A family is imported where the first pattern uses it: most patterns use none or one of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.filters.operators.matcher import Read

# The file of each name that an operator object may have; `read_<name>` in it reads the operand.
_HOMES: Final = {
    "anything-but": "anything_but",
    "cidr": "address",
    "equals-ignore-case": "ignore_case",
    "exactly": "exact",
    "exists": "exists",
    "numeric": "numeric",
    "prefix": "affix",
    "suffix": "affix",
    "wildcard": "wildcard",
}
OPERATORS: Final = tuple(_HOMES)


def reader(operator: str) -> Callable[[Any], Read]:
    """
    Give the function that reads the operand of one of `OPERATORS`.

    Example:
        >>> reader("prefix").__name__
        'read_prefix'
    """
    found: Callable[[Any], Read] = getattr(
        import_module(f"{__name__}.{_HOMES[operator]}"), f"read_{operator.replace('-', '_')}"
    )
    return found
