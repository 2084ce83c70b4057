"""
The largest triggers have what they need, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipes_trigger.permissions import explain

if TYPE_CHECKING:
    from pathlib import Path


def test_all_that_the_largest_triggers_may_do_is_needed(largest_templates: list[Path]) -> None:
    """
    Of every type, with a function and without: nothing is granted beyond what a call needs, and nothing is missing.
    """
    permissions = [one for path in largest_templates for one in explain(path)]

    assert [str(one) for one in permissions if not one.as_needed] == []
    assert len(permissions) > 30 * len(largest_templates)
