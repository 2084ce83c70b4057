"""
The operators: one file per family, an operator's check and its match side by side.

`OPERATORS` says who reads the operand of each name that an operator object may have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters.operators.address import read_cidr
from pipes_trigger.filters.operators.affix import read_prefix, read_suffix
from pipes_trigger.filters.operators.anything_but import read_anything_but
from pipes_trigger.filters.operators.exact import read_exactly
from pipes_trigger.filters.operators.exists import read_exists
from pipes_trigger.filters.operators.ignore_case import read_equals_ignore_case
from pipes_trigger.filters.operators.numeric import read_numeric
from pipes_trigger.filters.operators.wildcard import read_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.filters.operators.matcher import Read

OPERATORS: Final[dict[str, Callable[[Any], Read]]] = {
    "anything-but": read_anything_but,
    "cidr": read_cidr,
    "equals-ignore-case": read_equals_ignore_case,
    "exactly": read_exactly,
    "exists": read_exists,
    "numeric": read_numeric,
    "prefix": read_prefix,
    "suffix": read_suffix,
    "wildcard": read_wildcard,
}
