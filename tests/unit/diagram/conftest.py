"""
What the tests of pictures ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.diagram.building import one_pipe_template, read_assembly, twenty_triggers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def twenty() -> dict[str, Any]:
    """
    Return a template of twenty triggers on six tables, with shared topics, queues, alarms, enrichments and long names.
    """
    return twenty_triggers()


@pytest.fixture
def one_pipe() -> Callable[..., dict[str, Any]]:
    """
    Return a function that makes the template of one pipe from a table to a topic `Events`.
    """
    return one_pipe_template


@pytest.fixture
def example_diagrams(example_assemblies: dict[str, Path]) -> dict[str, str]:
    """
    Return what the picture of each example says.
    """
    return {name: read_assembly(directory).description for name, directory in example_assemblies.items()}
