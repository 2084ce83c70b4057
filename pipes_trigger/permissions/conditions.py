"""
The `Condition` of a statement, in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipes_trigger.permissions.expressions import expression, show


def in_words(condition: Any) -> str | None:
    """
    Write a condition for people; None where there is none.

    Example:
        >>> in_words({"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}})
        'aws:SourceAccount StringEquals ${AWS::AccountId}'
        >>> in_words({"Bool": {"aws:SecureTransport": "false"}, "ArnLike": {"aws:SourceArn": ["a", "b"]}})
        'aws:SecureTransport Bool false and aws:SourceArn ArnLike a or b'
    """
    if condition is None:
        return None
    if not isinstance(condition, Mapping) or not all(isinstance(each, Mapping) for each in condition.values()):
        return show(expression(condition))
    return " and ".join(
        f"{key} {operator} {_either(values)}" for operator, told in condition.items() for key, values in told.items()
    )


def _either(values: Any) -> str:
    listed = values if isinstance(values, Sequence) and not isinstance(values, str) else [values]
    return " or ".join(show(expression(value)) for value in listed)
