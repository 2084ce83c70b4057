"""
Telling which resource of a template a value of it refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipes_trigger.permissions.arns import arns_of, expand, physical_name
from pipes_trigger.permissions.expressions import Hole, HoleKind, expression, show
from pipes_trigger.permissions.globs import overlaps

if TYPE_CHECKING:
    from pipes_trigger.permissions.expressions import Expression


def logical_id(value: Any, resources: Mapping[str, Any]) -> str | None:
    """
    Give the logical id of the resource that a value of the template refers to, None where it is not in the template.
    """
    match parts := expression(value):
        case (Hole(name=name),) if (found := name.partition(".")[0]) in resources:
            return found
    # An ARN that is written out may be that of a resource whose name is, too.
    written = expand(parts, resources)
    if any(isinstance(part, Hole) and part.kind in (HoleKind.UNKNOWN, HoleKind.IMPORTED) for part in written):
        return None
    fitting = [one for one in resources if any(overlaps(arn, written) for arn in _known_arns(one, resources))]
    return fitting[0] if len(fitting) == 1 else None


def describe(value: Any, resources: Mapping[str, Any]) -> str:
    """
    Write a value of the template for a person, with the type of the resource that it refers to.
    """
    text = show(expression(value))
    found = logical_id(value, resources)
    return text if found is None else f"{text} ({resources[found]['Type']})"


def properties(name: str, resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Give the properties of a resource.
    """
    found = resources[name].get("Properties")
    return found if isinstance(found, Mapping) else {}


def _known_arns(logical_id: str, resources: Mapping[str, Any]) -> tuple[Expression, ...]:
    return arns_of(logical_id, resources) if physical_name(resources[logical_id]) else ()
