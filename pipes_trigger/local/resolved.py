"""
What expressions in a template come to: the emulator resolves them, in outputs added to the stack.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PIPELINE: Final = "AWS::CodePipeline::Pipeline"
PIPE: Final = "AWS::Pipes::Pipe"
FUNCTION: Final = "AWS::Lambda::Function"
# Outputs of this name carry values out of the deployed stack; a user's own cannot be called so by accident.
_VALUE: Final = "PipesTriggerLocal"
_PIPELINE_NAME_LENGTH: Final = 100
_NO_VALUE: Final = {"Ref": "AWS::NoValue"}


def dig(value: Any, *keys: str) -> Any:
    """
    Give what lies below `keys`, or None where something on the way is missing or is no object.

    Example:
        >>> dig({"Properties": {"Name": "orders"}}, "Properties", "Name")
        'orders'
        >>> dig({"Properties": []}, "Properties", "Name") is None
        True
    """
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def pipeline_variables(pipeline: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Give the variables that a pipeline declares.
    """
    variables = dig(pipeline, "Properties", "Variables")
    return [one for one in variables if isinstance(one, dict)] if isinstance(variables, list) else []


def pipe_ends(pipe: Mapping[str, Any]) -> dict[str, Any]:
    """
    Give the ARNs that a pipe connects, as its template has them: source, target, enrichment, dead_letter.
    """
    dead_letter = ("SourceParameters", "DynamoDBStreamParameters", "DeadLetterConfig", "Arn")
    return {
        "source": dig(pipe, "Properties", "Source"),
        "target": dig(pipe, "Properties", "Target"),
        "enrichment": dig(pipe, "Properties", "Enrichment"),
        "dead_letter": dig(pipe, "Properties", *dead_letter),
    }


def pipe_parameters(pipe: Mapping[str, Any]) -> dict[str, Any]:
    """
    Give what a pipe's template says of the call of its target, the input template aside, which is deployed as it is.
    """
    parameters = dig(pipe, "Properties", "TargetParameters")
    if not isinstance(parameters, dict) or is_expression(parameters):
        return {}
    return {key: value for key, value in parameters.items() if key != "InputTemplate"}


def told_parameters(outputs: Mapping[str, str], value: Any, condition: str | None) -> Any:
    """
    Give a part of a template with its expressions as they came to in the deployed stack.
    """
    if isinstance(value, list):
        return [told_parameters(outputs, each, condition) for each in value]
    if not isinstance(value, dict):
        return value
    if is_expression(value):
        return told(outputs, value, condition)
    return {key: told_parameters(outputs, each, condition) for key, each in value.items() if each != _NO_VALUE}


def is_expression(value: Mapping[str, Any]) -> bool:
    """
    Say whether an object is a function of CloudFormation's, such as `{"Ref": ...}`.
    """
    return any(key == "Ref" or key.startswith("Fn::") for key in value)


def _expressions(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _expressions(each)
    elif isinstance(value, dict) and is_expression(value):
        if value != _NO_VALUE:
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _expressions(each)


def pipeline_name(stack: str, logical_id: str, pipeline: Mapping[str, Any]) -> Any:
    """
    Give a pipeline's name as its template has it, or the one that it gets for want of a name.
    """
    return dig(pipeline, "Properties", "Name") or _physical_name(stack, logical_id)


def told(outputs: Mapping[str, str], value: Any, condition: str | None) -> str | None:
    """
    Give what `value`, a part of a template, came to in the deployed stack; None where its condition does not hold.
    """
    if isinstance(value, dict) or condition is not None:
        return outputs.get(_output_name(value, condition))
    return None if value is None else str(value)


def own_outputs(outputs: Mapping[str, str]) -> dict[str, str]:
    """
    Give the outputs that the synthesized template has, without those that carry values for `told`.
    """
    return {name: value for name, value in outputs.items() if not name.startswith(_VALUE)}


def telling_outputs(
    stack: str, resources: Mapping[str, Mapping[str, Any]], pipelines: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """
    Give the outputs with which a stack tells what the expressions in its pipes and pipelines come to.
    """
    wanted: list[tuple[Any, str | None]] = []
    for resource in resources.values():
        if resource.get("Type") == PIPE:
            condition = resource.get("Condition")
            wanted.extend((value, condition) for value in pipe_ends(resource).values())
            wanted.extend((value, condition) for value in _expressions(pipe_parameters(resource)))
    for name, pipeline in pipelines.items():
        condition = pipeline.get("Condition")
        wanted.append((pipeline_name(stack, name, pipeline), condition))
        wanted.extend((one.get("DefaultValue"), condition) for one in pipeline_variables(pipeline))
    return {
        _output_name(value, condition): {"Value": value, **({"Condition": condition} if condition else {})}
        for value, condition in wanted
        if isinstance(value, dict) or (value is not None and condition is not None)
    }


def _output_name(value: Any, condition: str | None) -> str:
    return _VALUE + hashlib.sha256(json.dumps([value, condition], sort_keys=True).encode()).hexdigest()[:24]


def _physical_name(stack: str, logical_id: str) -> str:
    # Stable, so that deploying again finds the same pipeline.
    digest = hashlib.sha256(f"{stack}/{logical_id}".encode()).hexdigest()[:12]
    return f"{stack}-{logical_id}"[: _PIPELINE_NAME_LENGTH - len(digest) - 1] + f"-{digest}"
