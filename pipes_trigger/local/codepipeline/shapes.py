"""
Checking a request against the shapes of botocore's service model: the constraints are AWS's own, not a copy of them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.loaders import Loader
from botocore.model import ServiceModel

from pipes_trigger.local.codepipeline.faults import ServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
}


@cache
def service_model() -> ServiceModel:
    """
    Give botocore's model of CodePipeline.
    """
    return ServiceModel(Loader().load_service_model("codepipeline", "service-2"))


def check(operation: str, request: Any) -> None:
    """
    Refuse a request that the model of `operation` does not allow.

    Raises:
        ServiceFault: `SerializationException` for a value of another type, else `ValidationException` with every fault.
    """
    problems = list(_problems(service_model().operation_model(operation).input_shape, request, ""))
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise ServiceFault("ValidationException", f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    # A bool is an int in Python and in no other place.
    right_type = isinstance(value, _PYTHON_TYPES[kind]) and isinstance(value, bool) == (kind == "boolean")
    if not right_type:
        raise ServiceFault("SerializationException", f"{path or 'the request'} must be of type {kind}, got {value!r}")
    if kind == "structure":
        yield from _member_problems(shape, value, path)
        return
    yield from _constraints(shape, value, path)
    if kind == "list":
        for index, item in enumerate(value, 1):
            yield from _problems(shape.member, item, f"{path}.{index}.member")
    elif kind == "map":
        for key, item in value.items():
            yield from _problems(shape.key, key, f"{path}.{key}")
            yield from _problems(shape.value, item, f"{path}.{key}")


def _member_problems(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        where = f"{path}.{name}" if path else name
        if value.get(name) is not None:
            yield from _problems(member, value[name], where)
        elif name in shape.required_members:
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _constraints(shape: Any, value: Any, path: str) -> Iterator[str]:
    limits = shape.metadata
    sized = isinstance(value, (str, list, dict))
    size = len(value) if sized else value
    noun = "have length" if sized else "have value"
    failed = f"Value {value!r} at '{path}' failed to satisfy constraint: Member must"
    if "min" in limits and size < limits["min"]:
        yield f"{failed} {noun} greater than or equal to {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield f"{failed} {noun} less than or equal to {limits['max']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"{failed} satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        yield f"{failed} satisfy regular expression pattern: {limits['pattern']}"
