"""
The reference has every public name, and each has an example.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

import pipes_trigger
from pipes_trigger import handlers

ROOT: Final = Path(__file__).parents[2]
# Every room whose names are public; one without __all__ says here which are.
ROOMS: Final = {
    "pipes_trigger": None,
    "pipes_trigger.delivery": None,
    "pipes_trigger.diagram": None,
    "pipes_trigger.filters": None,
    "pipes_trigger.handlers": (
        *("HandlerVariable", "ShippedHandler"),
        *(name for name, value in vars(handlers).items() if isinstance(value, handlers.ShippedHandler)),
    ),
    "pipes_trigger.helpers.parameters": (
        *("ContextLookup", "DeployTimeReference", "GivenValues"),
        *("LiveLookup", "ParameterQuery", "ParameterSource"),
    ),
    "pipes_trigger.permissions": None,
    "pipes_trigger.proof": None,
    "pipes_trigger.redrive": None,
    "pipes_trigger.spec": None,
    "pipes_trigger.templates": None,
    "pipes_trigger.testing": None,
}
PUBLIC: Final = [f"{room}.{name}" for room, names in ROOMS.items() for name in names or import_module(room).__all__]
SHOWN: Final = {
    shown
    for page in (ROOT / "docs" / "reference").glob("*.md")
    for shown in re.findall(r"^::: ([\w.]+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
}
EXAMPLE: Final = re.compile(r"^ *Example:\n +(>>> |```)", re.MULTILINE)


def load(path: str) -> Any:
    """
    Give what a dotted path names.
    """
    room, _, name = path.rpartition(".")
    return getattr(import_module(room), name)


def test_every_public_name_is_shown() -> None:
    """
    The pages show each name, in whichever room, and nothing that is not there.
    """
    shown = [load(path) for path in SHOWN]
    missing = [path for path in PUBLIC if not any(load(path) is one for one in shown)]

    assert missing == []


def test_every_room_of_the_package_was_considered() -> None:
    """
    A new room with an __all__ is public, and so in the list above.
    """
    package = Path(pipes_trigger.__file__).parent
    rooms = {
        f"pipes_trigger.{path.parent.name}"
        for path in package.glob("*/__init__.py")
        if re.search(r"^__all__", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert rooms <= set(ROOMS)


@pytest.mark.parametrize(
    "path", [path for path in PUBLIC if inspect.isroutine(load(path)) or inspect.isclass(load(path))]
)
def test_a_public_name_has_an_example(path: str) -> None:
    """
    The docstring of a function or class, or of one of the class's own members, has an example.
    """
    value = load(path)
    homes = [one for one in getattr(value, "__mro__", ()) if one.__module__.startswith("pipes_trigger.")]
    members = [one for home in homes for name, one in vars(home).items() if name[0] != "_"]
    texts = [inspect.getdoc(one) or "" for one in (value, *(getattr(one, "__func__", one) for one in members))]

    assert texts[0]
    assert any(EXAMPLE.search(text) for text in texts)
