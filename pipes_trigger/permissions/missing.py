"""
What a trigger cannot do without, and nothing grants.

Only what is certain is told: where a policy cannot be read, or an ARN does not tell of which service it is, nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.permissions.globs import overlaps
from pipes_trigger.permissions.parts import By, Part
from pipes_trigger.permissions.rulings import Answer, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.grants import ResourceGrant, Role
    from pipes_trigger.permissions.needs import Need
    from pipes_trigger.permissions.parts import Parts

# Without these a pipe is not made, or its records go nowhere.
_VITAL: Final = frozenset(
    {(By.PIPE, part) for part in (Part.STREAM, Part.TARGET, Part.ENRICHMENT, Part.DEAD_LETTER)}
    | {(By.REDRIVE, part) for part in (Part.STREAM, Part.TARGET, Part.DEAD_LETTER)}
)
# Of a state machine or an event bus the ARN does not tell in which of several ways it is called.
_BY_SERVICE: Final = frozenset({"lambda", "sns", "sqs"})


def missing(
    table: Iterable[Need], role: Role, parts: Parts, grants: Iterable[ResourceGrant]
) -> Iterator[tuple[Need, tuple[str, ...]]]:
    """
    Give what a role needs and is not granted, with the statements that deny it, if any do.

    Args:
        table: All needs.
        role: The role.
        parts: The parts of the trigger.
        grants: What policies of resources say; in one account either policy will do.
    """
    by = {actor.by for actor in role.actors}
    allowing = [each.statement for each in grants if each.by & by and each.statement.allows]
    for need in table:
        if need.by not in by or (need.by, need.on) not in _VITAL:
            continue
        action = tuple(need.action.lower())
        for arn in parts.get(need.on, ()):
            if need.on is not Part.STREAM and _service(arn) != need.action.partition(":")[0]:
                continue
            ruling = rule(role.policies, action, arn)
            granted = any(overlaps(one, action) for statement in allowing for one in statement.actions)
            if ruling.answer is Answer.NO and (ruling.because or not granted):
                yield need, ruling.because


def _service(arn: Expression) -> str | None:
    # A hole such as `${AWS::Partition}` has colons of its own.
    service = "".join(part if isinstance(part, str) else "-" for part in arn).split(":")[2:3]
    return service[0] if service and service[0] in _BY_SERVICE else None
