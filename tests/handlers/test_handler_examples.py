"""
The examples in the handlers' docstrings.
"""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path
from typing import Final

import pytest

from pipes_trigger import handlers

HANDLERS: Final = Path(__file__).parents[2] / "lambda_handlers"
# These read the environment when they are imported, and have nothing but a handler.
WIRING: Final = {handler.handler.partition(".")[0] for handler in handlers.ALL} | {"redrive"}
MODULES: Final = sorted({path.stem for path in HANDLERS.glob("*.py")} - WIRING)


@pytest.mark.parametrize("name", [*MODULES, "pipes_trigger.handlers"])
def test_examples(name: str) -> None:
    """
    Every example gives what it says.
    """
    assert doctest.testmod(importlib.import_module(name)).failed == 0
