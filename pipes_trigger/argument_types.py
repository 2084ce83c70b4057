"""
Arguments of another type than the construct's, all of them at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.errors import ConfigurationError, Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def refuse_wrong_types(
    values: Mapping[str, tuple[Any, type | tuple[type, ...]]],
    *,
    required: Collection[str] = (),
    arns: Collection[str] = (),
) -> None:
    """
    Refuse arguments of another type, all of them at once, before anything is made of them.

    Args:
        values: For each argument its value and the types that it may have; None is allowed where it is not required.
        required: The arguments that may not be None.
        arns: The arguments that are lists of ARNs, of which each must be text.

    Raises:
        ConfigurationError: An argument has another type.

    Example:
        >>> refuse_wrong_types({"description": ({}, str)})
        Traceback (most recent call last):
        pipes_trigger.errors.ConfigurationError: [TR014] description: must be str, got dict; ...
    """
    faults = []
    for name, (given, allowed) in values.items():
        value: Any = given
        kinds = allowed if isinstance(allowed, tuple) else (allowed,)
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if not isinstance(value, kinds) and (value is not None or name in required):
            problem = f"must be {wanted}, got {type(value).__name__}"
            faults.append(Violation("TR014", name, problem, f"pass {wanted}"))
        elif name in arns:
            items: Any = given
            faults += [
                Violation("TR014", f"{name}[{index}]", f"must be str, got {type(item).__name__}", "pass its ARN")
                for index, item in enumerate(items)
                if not isinstance(item, str)
            ]
    if faults:
        raise ConfigurationError(faults)
