"""
What users' tests need: records from plain items, assertions on a synthesized trigger, snapshots, and pipes that run.

Every name loads on first use, so that the pytest plugin, which is always loaded, costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipes_trigger.testing.fates import Fate
    from pipes_trigger.testing.items import ItemError
    from pipes_trigger.testing.local import LocalAccount
    from pipes_trigger.testing.records import Stream, insert, modify, remove, ttl_expiry
    from pipes_trigger.testing.running import RunningApp
    from pipes_trigger.testing.trigger import TriggerAssertions, assert_trigger

_HOMES: Final = {
    "Fate": "fates",
    "ItemError": "items",
    "LocalAccount": "local",
    "RunningApp": "running",
    "Stream": "records",
    "TriggerAssertions": "trigger",
    "assert_trigger": "trigger",
    "insert": "records",
    "modify": "records",
    "remove": "records",
    "ttl_expiry": "records",
}

__all__ = [
    "Fate",
    "ItemError",
    "LocalAccount",
    "RunningApp",
    "Stream",
    "TriggerAssertions",
    "assert_trigger",
    "insert",
    "modify",
    "remove",
    "ttl_expiry",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
