"""
Telling which resource of a template somebody means, and whether two expressions mean the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.testing.arns import arns_of, expand, physical_name
from pipes_trigger.testing.expressions import Hole, HoleKind, expression, show
from pipes_trigger.testing.globs import covers, overlaps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.testing.documents import Document, Reference
    from pipes_trigger.testing.expressions import Expression

_HASH: Final = re.compile(r"[0-9A-F]{8}\Z")
_IN_A_TABLE: Final = tuple("/stream/*")


def meant(document: Document, reference: Reference) -> tuple[Expression, ...]:
    """
    Give every ARN, written out, that a reference may mean; several where a resource has several.

    Raises:
        ConfigurationError: There is no such resource in the template.
    """
    value = document.value(reference)
    if not isinstance(value, str) or value == "*" or value.startswith("arn:"):
        return (expand(expression(value), document.resources),)
    found = find(document.resources, value)
    return tuple(arn for logical_id in found for arn in arns_of(logical_id, document.resources))


def find(resources: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """
    Give the logical ids of what is called so: a logical id, an id or path of CDK, or a physical name.

    Raises:
        ConfigurationError: Nothing is.
    """
    if name in resources:
        return (name,)
    path = re.sub("[^A-Za-z0-9]", "", name)
    named = tuple(one for one, resource in resources.items() if physical_name(resource) == name)
    found = named or tuple(one for one in resources if one[:-8] == path and _HASH.search(one))
    if not found:
        fix = f"{known_names(name, resources)}, or pass an ARN"
        raise ConfigurationError([Violation("TA002", "resource", f"there is no {name!r} in the template", fix)])
    return found


def is_meant(actual: Any, expected: tuple[Expression, ...], resources: Mapping[str, Any]) -> bool:
    """
    Say whether a value of the template certainly is one of these ARNs, or the stream of one that is a table.
    """
    parts = expand(expression(actual), resources)
    return any(covers(one, parts) or covers((*one, *_IN_A_TABLE), parts) for one in expected)


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


def _known_arns(logical_id: str, resources: Mapping[str, Any]) -> tuple[Expression, ...]:
    return arns_of(logical_id, resources) if physical_name(resources[logical_id]) else ()
