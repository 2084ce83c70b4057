"""
What an error says of the names that are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 8


def known_names(wanted: str, names: Iterable[str]) -> str:
    """
    Say which names there are, or which one was probably meant.

    Example:
        >>> known_names("prd", ["dev", "prod"])
        "did you mean 'prod'?"
        >>> known_names("", ["dev", "prod"])
        "there are 'dev', 'prod'"
        >>> known_names("x", [])
        'there is none'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only an error pays for it

    known = sorted(map(str, names))
    close = get_close_matches(wanted, known, n=1) if wanted else []
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "there is none"
    shown = ", ".join(repr(name) for name in known[:_SHOWN])
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"there {'is' if len(known) == 1 else 'are'} {shown}{more}"
