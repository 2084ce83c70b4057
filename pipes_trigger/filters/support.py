"""
Which operator each service supports, as data.

`event_bus`: what Event Ruler 2.0.1 accepts (run). `pipes`: the operators table of the EventBridge user guide (doc, read
2026-11), column Pipes. The table changed between 2023 and then. It has no row for `cidr` [?] and none for `exactly`:
both are taken as not supported.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pipes_trigger.filters.json_text import Pairs

Service = Literal["pipes", "event_bus"]
SERVICES: Final[tuple[Service, ...]] = ("pipes", "event_bus")

# Every operator, and whether Pipes supports it; an event bus supports them all.
SUPPORTED_BY_PIPES: Final = {
    "anything-but": True,
    "anything-but equals-ignore-case": False,
    "anything-but prefix": False,
    "anything-but suffix": False,
    "anything-but wildcard": False,
    "cidr": False,
    "equals-ignore-case": True,
    "exactly": False,
    "exists": True,
    "numeric": True,
    "prefix": True,
    "prefix equals-ignore-case": True,
    "suffix": True,
    "suffix equals-ignore-case": True,
    "wildcard": False,
}


def variant(operator: str, operand: Any) -> str:
    """
    Name an operator with the one inside it.

    Example:
        >>> variant("anything-but", Pairs([("prefix", "a")])), variant("prefix", "a")
        ('anything-but prefix', 'prefix')
    """
    inner = f"{operator} {operand[0][0]}" if isinstance(operand, Pairs) and operand else operator
    return inner if inner in SUPPORTED_BY_PIPES else operator


def is_supported(service: Service, name: str) -> bool:
    """
    Say whether a service supports an operator, named as `variant` names it.
    """
    return service == "event_bus" or SUPPORTED_BY_PIPES.get(name, True)
