"""
The alarms of a stack, by what they watch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.diagram.model import Kind, Node
from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.diagram.things import Stacks
    from pipes_trigger.permissions.expressions import Expression

# The dimension by which each part of a trigger is watched, and the attribute that is its value; "" stands for `Ref`.
DIMENSIONS: Final[Mapping[str, tuple[str, str]]] = {
    "pipe": ("PipeName", ""),
    "function": ("FunctionName", ""),
    "dead-letter queue": ("QueueName", "QueueName"),
}
_COMPARISONS: Final[Mapping[str, str]] = {
    "GreaterThanOrEqualToThreshold": "at least",
    "GreaterThanThreshold": "above",
    "LessThanOrEqualToThreshold": "at most",
    "LessThanThreshold": "below",
}
_ALARM: Final = "AWS::CloudWatch::Alarm"
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def alarms_of(parts: Mapping[str, str | None], stacks: Stacks, stack: str) -> Node | None:
    """
    Give the alarms that watch a trigger, as one node with a line for each.

    Args:
        parts: The logical ids of the parts in `DIMENSIONS`, None for those that the template has not.
        stacks: All templates.
        stack: The name of the trigger's stack.
    """
    resources = stacks.resources(stack)
    watched = {
        (dimension, expand(expression(value), resources)): part
        for part, logical_id in parts.items()
        if logical_id is not None
        for dimension, attribute in [DIMENSIONS[part]]
        for value in _names(logical_id, attribute, resources)
    }
    lines, keys = [], []
    for logical_id, resource in resources.items():
        properties = resource["Properties"]
        if resource["Type"] != _ALARM:
            continue
        met = [part for found in _dimensions(properties, resources) if (part := watched.get(found))]
        if met:
            keys.append(logical_id)
            lines.append(f"{met[0]}: {_condition(properties)}")
    if not lines:
        return None
    noun = "alarm" if len(lines) == 1 else f"{len(lines)} alarms"
    return Node(key=f"alarms {stack}/{' '.join(keys)}", kind=Kind.ALARM, noun=noun, lines=tuple(dict.fromkeys(lines)))


def _names(logical_id: str, attribute: str, resources: Mapping[str, Any]) -> Iterator[Any]:
    yield {"Fn::GetAtt": [logical_id, attribute]} if attribute else {"Ref": logical_id}
    stated = resources[logical_id]["Properties"].get("Name")
    if stated is not None and resources[logical_id]["Type"] == "AWS::Pipes::Pipe":
        yield stated


def _dimensions(properties: Mapping[str, Any], resources: Mapping[str, Any]) -> Iterator[tuple[str, Expression]]:
    for metric in _metrics(properties):
        listed = metric.get("Dimensions")
        for dimension in listed if isinstance(listed, list) else ():
            match dimension:
                case {"Name": str(name), "Value": value}:
                    yield name, expand(expression(value), resources)


def _metrics(properties: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield properties
    metrics = properties.get("Metrics")
    for each in metrics if isinstance(metrics, list) else ():
        match each:
            case {"MetricStat": {"Metric": Mapping() as metric}}:
                yield metric


def _condition(properties: Mapping[str, Any]) -> str:
    metric = next((str(name) for each in _metrics(properties) if (name := each.get("MetricName"))), "a metric")
    said = _WORD.sub(" ", metric).lower()
    comparison = _COMPARISONS.get(str(properties.get("ComparisonOperator")))
    threshold = properties.get("Threshold")
    if comparison is None or not isinstance(threshold, (int, float, str)):
        return said
    return f"{said} {comparison} {threshold:g}" if isinstance(threshold, float) else f"{said} {comparison} {threshold}"
