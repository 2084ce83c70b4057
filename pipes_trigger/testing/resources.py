"""
Telling which resource of a template somebody means, and whether two expressions mean the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.permissions.arns import arns_of, expand, physical_name
from pipes_trigger.permissions.expressions import expression
from pipes_trigger.permissions.globs import covers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.testing.documents import Document, Reference

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
