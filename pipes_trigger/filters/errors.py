"""
The error of an event that cannot be matched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipes_trigger.errors import FilterPatternError, Violation

if TYPE_CHECKING:
    from pipes_trigger.filters.rules import Rule


class EventError(FilterPatternError):
    """
    An event (a record) that is no JSON text, or that cannot be matched within bounds.

    Example:
        >>> from pipes_trigger.filters.rules import Rule
        >>> print(EventError(Rule.EVENT_TEXT, "is not JSON", "pass JSON text or a mapping"))
        [FP040] record: is not JSON; pass JSON text or a mapping

    Example:
        >>> from pipes_trigger.filters import FilterPattern
        >>> FilterPattern({"eventName": ["INSERT"]}).matches("INSERT")
        Traceback (most recent call last):
        pipes_trigger.filters.errors.EventError: [FP040] record: ...
    """

    subject = "record"

    def __init__(self, rule: Rule, problem: str, fix: str) -> None:
        super().__init__([Violation(rule.id, "record", problem, fix)])
        # args hold what __init__ takes, so that the error survives pickling.
        self.args = (rule, problem, fix)
