"""
What a trigger needs: which call of whom needs which action on which part of it, and the document that says so.

The tables are data: `pipe_needs`, `function_needs`, `resource_needs`. What stands in none of them is not needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.permissions.parts import Part, match
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.parts import By, Match, Parts

PIPES_GUIDE: Final = "EventBridge user guide, Pipes permissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """
    A call that a trigger makes, or that is made for it, and the permission without which it would be refused.

    Attributes:
        by: Who needs it.
        action: The action.
        on: The part of the trigger that it is done to.
        why: What it is for, in a sentence.
        call: The API call, who makes it, and when.
        source: The document that says so; `[?]` in it marks what no document tells.
    """

    by: By
    action: str
    on: Part
    why: str
    call: str
    source: str


def authorization(service: str) -> str:
    """
    Name the page of the service authorization reference about a service.

    Example:
        >>> authorization("Amazon SNS")
        'service authorization reference, Amazon SNS'
    """
    return f"service authorization reference, {service}"


def needs(by: By, on: Part, source: str, *rows: tuple[str, str, str]) -> tuple[Need, ...]:
    """
    Make the needs that somebody has of one part: each row has an action, a reason and a call.
    """
    return tuple(Need(by=by, action=action, on=on, why=why, call=call, source=source) for action, why, call in rows)


def look_up(
    table: Iterable[Need], by: Collection[By], action: str, resource: Expression, parts: Parts
) -> list[tuple[Match, Need]]:
    """
    Find what an action on a resource is needed for, the best matches alone.

    Args:
        table: All needs.
        by: Who may do it: a role may serve several.
        action: The action as it is written.
        resource: The resource, written out.
        parts: The parts of the trigger.
    """
    fitting = [each for each in table if each.by in by and each.action.lower() == action.lower()]
    found = [(how, each) for each in fitting if (how := match(resource, each.on, parts)) is not None]
    best = min((how for how, _ in found), default=None)
    return [(how, each) for how, each in found if how is best]


def logs_key_needs(by: By) -> tuple[Need, ...]:
    """
    Make the needs of whoever writes to a log group that is encrypted with a customer key.
    """
    actions = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
    rows = (
        (f"kms:{each}", "The log group is encrypted with this key.", f"{each}, with what is logged") for each in actions
    )
    return needs(by, Part.LOGS_KEY, "CloudWatch Logs user guide, Encrypt log data", *rows)
