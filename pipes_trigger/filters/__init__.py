"""
Filters: patterns that are checked when they are made, match as the service does, and say why.

The builders load on first use (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pipes_trigger.errors import FilterPatternError
from pipes_trigger.filters.errors import EventError
from pipes_trigger.filters.filter_set import FilterSet
from pipes_trigger.filters.pattern import FilterPattern

if TYPE_CHECKING:
    from pipes_trigger.filters.builders import Attribute, event_name, keys, new_image, old_image
    from pipes_trigger.filters.combining import all_of, any_of
    from pipes_trigger.filters.explanation import Explanation, LeafVerdict
    from pipes_trigger.filters.presets import (
        changed_to,
        deliberate_removals,
        expiries,
        inserts,
        inserts_and_removals,
        modifications,
        removals,
    )

_HOMES = {
    "Attribute": "builders",
    "Explanation": "explanation",
    "LeafVerdict": "explanation",
    "all_of": "combining",
    "any_of": "combining",
    "changed_to": "presets",
    "deliberate_removals": "presets",
    "event_name": "builders",
    "expiries": "presets",
    "inserts": "presets",
    "inserts_and_removals": "presets",
    "keys": "builders",
    "modifications": "presets",
    "new_image": "builders",
    "old_image": "builders",
    "removals": "presets",
}

__all__ = [
    "Attribute",
    "EventError",
    "Explanation",
    "FilterPattern",
    "FilterPatternError",
    "FilterSet",
    "LeafVerdict",
    "all_of",
    "any_of",
    "changed_to",
    "deliberate_removals",
    "event_name",
    "expiries",
    "inserts",
    "inserts_and_removals",
    "keys",
    "modifications",
    "new_image",
    "old_image",
    "removals",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
