"""
Synthesized CloudFormation templates: reading one, and finding the pipes in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pipes_trigger.errors import PipeSpecError, Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.limits import INPUT_FILE_BYTES

Template: TypeAlias = Mapping[str, Any] | str | os.PathLike[str]
"""A template as a mapping, as JSON text, or the path of a file with it."""

_PIPE: Final = "AWS::Pipes::Pipe"


def load(template: Template) -> Mapping[str, Any]:
    """
    Read a template.

    Raises:
        PipeSpecError: A file that cannot be read, is too large, or holds no JSON object.
    """
    if isinstance(template, Mapping):
        return template
    where = "template" if isinstance(template, str) else os.fspath(template)
    text = template if isinstance(template, str) else _read(where)
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        fix = "pass the JSON that `cdk synth` writes; a file as a pathlib.Path, not as a str"
        raise PipeSpecError([Violation("PS001", where, f"is no JSON: {error}", fix)]) from None
    if not isinstance(loaded, dict):
        fix = "pass a CloudFormation template with Resources"
        raise PipeSpecError([Violation("PS001", where, f"is a JSON {type(loaded).__name__}, no object", fix)])
    return loaded


def stream_pipes(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """
    Find the properties of every pipe that reads a DynamoDB stream, by logical id.
    """
    return {name: pipe for name, pipe in _pipes(template).items() if _reads_stream(pipe)}


def choose(template: Mapping[str, Any], logical_id: str | None) -> tuple[str, Mapping[str, Any]]:
    """
    Find the one pipe that is meant.

    Raises:
        PipeSpecError: No such pipe, none that reads a DynamoDB stream, or several and no id.
    """
    found = stream_pipes(template)
    if logical_id is None and len(found) == 1:
        return next(iter(found.items()))
    if logical_id in found:
        return logical_id, found[logical_id]
    raise PipeSpecError([_not_chosen(template, sorted(found), logical_id)])


def _not_chosen(template: Mapping[str, Any], found: list[str], logical_id: str | None) -> Violation:
    pipes = sorted(_pipes(template))
    if logical_id in pipes or (pipes and not found):
        name = logical_id if logical_id in pipes else pipes[0]
        source = _pipes(template)[name].get("Source")
        fix = "set Source to a stream's ARN and SourceParameters.DynamoDBStreamParameters"
        return Violation("PS004", f"Resources.{name}", f"reads no DynamoDB stream, but {source!r}", fix)
    if not pipes:
        fix = "pass the template of the stack that holds the trigger"
        return Violation("PS002", "Resources", f"no {_PIPE} in this template", fix)
    listed = ", ".join(found)
    if logical_id is None:
        return Violation("PS003", "Resources", f"{len(found)} pipes: {listed}", "pass logical_id=, one of them")
    return Violation("PS003", "logical_id", f"no pipe {logical_id!r} in this template", known_names(logical_id, found))


def _pipes(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    resources = template.get("Resources")
    return {
        name: resource["Properties"] if isinstance(resource.get("Properties"), Mapping) else {}
        for name, resource in (resources.items() if isinstance(resources, Mapping) else ())
        if isinstance(resource, Mapping) and resource.get("Type") == _PIPE
    }


def _reads_stream(pipe: Mapping[str, Any]) -> bool:
    parameters = pipe.get("SourceParameters")
    return isinstance(parameters, Mapping) and isinstance(parameters.get("DynamoDBStreamParameters"), Mapping)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would be a tenth of what importing this package takes
            content = file.read(INPUT_FILE_BYTES + 1)
        if len(content) <= INPUT_FILE_BYTES:
            return content.decode()
    except (OSError, ValueError) as error:
        fix = "pass a template that `cdk synth` wrote"
        raise PipeSpecError([Violation("PS001", path, f"cannot be read: {error}", fix)]) from None
    problem = f"is larger than {INPUT_FILE_BYTES} bytes"
    raise PipeSpecError([Violation("PS001", path, problem, "pass one stack's template")])
