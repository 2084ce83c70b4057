"""
What the tests of pictures ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.diagram.building import one_pipe_template, twenty_triggers

if TYPE_CHECKING:
    from collections.abc import Callable


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
