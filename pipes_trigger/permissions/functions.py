"""
Functions of a template, and what can be said of one: its role, its log group, its environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.permissions.arns import arns_of, expand
from pipes_trigger.permissions.expressions import expression
from pipes_trigger.permissions.references import logical_id, properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.permissions.expressions import Expression

_FUNCTION: Final = "AWS::Lambda::Function"
_QUALIFIED: Final = frozenset({"AWS::Lambda::Alias", "AWS::Lambda::Version"})


def function_behind(value: Any, resources: Mapping[str, Any]) -> str | None:
    """
    Give the logical id of the function that a function, a version or an alias is one of; None where there is none.

    Example:
        >>> alias = {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Notify"}}}
        >>> function_behind({"Ref": "Live"}, {"Live": alias, "Notify": {"Type": "AWS::Lambda::Function"}})
        'Notify'
    """
    found = logical_id(value, resources) if value is not None else None
    kind = resources[found].get("Type") if found else None
    if found and kind in _QUALIFIED:
        return function_behind(properties(found, resources).get("FunctionName"), resources)
    return found if kind == _FUNCTION else None


def redrivers(target: Any, dead_letter: Any, resources: Mapping[str, Any]) -> Iterator[str]:
    """
    Find the functions that bring dead letters back: their environment names the queue and the pipe's function.
    """
    queue, wanted = logical_id(dead_letter, resources), expand(expression(target), resources)
    for name, resource in resources.items():
        if resource.get("Type") == _FUNCTION:
            variables = environment(name, resources)
            url = variables.get("QUEUE_URL")
            if url is not None and expand(expression(variables.get("TARGET_ARN")), resources) == wanted:
                known = logical_id(url, resources)
                if known is None or known == queue:
                    yield name


def environment(name: str, resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Give the environment variables of a function.
    """
    section = properties(name, resources).get("Environment")
    variables = section.get("Variables") if isinstance(section, Mapping) else None
    return variables if isinstance(variables, Mapping) else {}


def log_group(name: str, resources: Mapping[str, Any]) -> Expression:
    """
    Write out the ARN of a function's log group: its own, or the one that Lambda makes.
    """
    given = own_group(name, resources)
    arn = arns_of(name, resources)[0]
    made = (*"/aws/lambda/", *arn[_last_colon(arn) + 1 :])
    group = made if given is None else expand(expression(given), resources)
    start = expression({"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"})
    return (*start, *group)


def own_group(name: str, resources: Mapping[str, Any]) -> Any:
    """
    Give the log group that a function is told to write to, as the template has it; None where it is not told.
    """
    logging = properties(name, resources).get("LoggingConfig")
    return logging.get("LogGroup") if isinstance(logging, Mapping) else None


def _last_colon(arn: Expression) -> int:
    return len(arn) - 1 - arn[::-1].index(":")
