"""
The properties of a pipe in a template, checked and turned into Python values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pipes_trigger.errors import FilterPatternError, InputTemplateError, PipeSpecError, Violation, ViolationsError
from pipes_trigger.filters import FilterPattern, FilterSet
from pipes_trigger.limits import (
    BATCH_SIZE,
    BATCHING_WINDOW,
    PARALLELIZATION_FACTOR,
    RECORD_AGE,
    RETRY_ATTEMPTS,
    Limit,
)
from pipes_trigger.templates import InputTemplate

# The API reference names no default, and other pages name different ones: 100 is that of Lambda's event source mapping.
UNSTATED_BATCH_SIZE: Final = 100
_UNTIL_EXPIRY: Final = -1
_NO_VALUE: Final = {"Ref": "AWS::NoValue"}
_WRITE_OUT: Final = "write it without deploy-time values, which cannot be known here"

_NUMBERS: Final[dict[str, tuple[str, Limit, int]]] = {
    "BatchSize": ("batch_size", BATCH_SIZE, UNSTATED_BATCH_SIZE),
    "MaximumBatchingWindowInSeconds": ("batching_window", BATCHING_WINDOW, 0),
    "ParallelizationFactor": ("parallelization_factor", PARALLELIZATION_FACTOR, 1),
    "MaximumRetryAttempts": ("maximum_retry_attempts", RETRY_ATTEMPTS, _UNTIL_EXPIRY),
    # The API also takes 1 to 59, which CDK refuses: here only what no one takes is a fault.
    "MaximumRecordAgeInSeconds": ("maximum_record_age", replace(RECORD_AGE, low=_UNTIL_EXPIRY), _UNTIL_EXPIRY),
}
_POSITIONS: Final = ("LATEST", "TRIM_HORIZON")
_STATES: Final = ("RUNNING", "STOPPED")


class Faults:
    """
    What is wrong with one pipe, collected by the error that each fault belongs to.
    """

    def __init__(self, logical_id: str) -> None:
        self._pipe = f"Resources.{logical_id}"
        self._found: dict[type[ViolationsError], list[Violation]] = {}

    def add(self, path: str, problem: str, fix: str, rule: str = "PS005") -> None:
        """
        Note a fault of the template itself.
        """
        self._found.setdefault(PipeSpecError, []).append(Violation(rule, f"{self._pipe}.{path}", problem, fix))

    def adopt(self, error: ViolationsError) -> None:
        """
        Note the faults of filters or of an input template, with the pipe named.
        """
        named = [replace(each, path=f"{self._pipe}.{each.path}") for each in error.violations]
        self._found.setdefault(type(error), []).extend(named)

    def raise_any(self) -> None:
        """
        Raise everything in one error: of the faults' own kind if they are of one kind.
        """
        if self._found:
            kind = next(iter(self._found)) if len(self._found) == 1 else PipeSpecError
            raise kind([violation for found in self._found.values() for violation in found])


def read(logical_id: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """
    Turn a pipe's properties into the arguments of a `PipeSpec`.

    Raises:
        PipeSpecError: A value that is missing, out of range, or known only at deploy time.
        FilterPatternError: Filter patterns that are not valid, and nothing else wrong.
        InputTemplateError: An input template that is not valid, and nothing else wrong.
    """
    faults = Faults(logical_id)
    properties = _given(properties)
    source = _section(properties, "SourceParameters", faults)
    stream = _section(source, "DynamoDBStreamParameters", faults)
    name = properties.get("Name")
    for required in ("Source", "Target"):
        if not isinstance(properties.get(required), str | Mapping):
            faults.add(required, f"must be an ARN, got {properties.get(required)!r}", "set it to an ARN")
    arguments = {
        "logical_id": logical_id,
        "name": name if isinstance(name, str) else logical_id,
        "source": properties.get("Source"),
        "target": properties.get("Target"),
        "enrichment": properties.get("Enrichment"),
        "role": properties.get("RoleArn"),
        "filters": _filters(source, faults),
        "input_template": _input_template(properties, faults),
        "starting_position": _choice(stream, "StartingPosition", _POSITIONS, None, faults),
        "bisect": stream.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        "dead_letter": _section(stream, "DeadLetterConfig", faults).get("Arn"),
        "desired_state": _choice(properties, "DesiredState", _STATES, "RUNNING", faults),
    }
    for key, (argument, limit, unstated) in _NUMBERS.items():
        arguments[argument] = _number(stream.get(key, unstated), f"DynamoDBStreamParameters.{key}", limit, faults)
    faults.raise_any()
    return arguments


def _filters(source: Mapping[str, Any], faults: Faults) -> tuple[FilterPattern, ...]:
    listed = _section(source, "FilterCriteria", faults).get("Filters") or []
    if not isinstance(listed, list):
        faults.add("FilterCriteria", f"must list its filters, got {listed!r}", 'write {"Filters": [{"Pattern": ...}]}')
        return ()
    texts = []
    for index, each in enumerate(listed):
        pattern = each.get("Pattern") if isinstance(each, Mapping) else each
        if isinstance(pattern, str):
            texts.append(pattern)
        else:
            _not_text(f"FilterCriteria.Filters[{index}].Pattern", pattern, faults)
    if len(texts) < len(listed):
        return ()
    try:
        return tuple(FilterSet(texts, root="FilterCriteria.Filters"))
    except FilterPatternError as error:
        faults.adopt(error)
        return ()


def _input_template(properties: Mapping[str, Any], faults: Faults) -> InputTemplate | None:
    text = _section(properties, "TargetParameters", faults).get("InputTemplate")
    # Pipes takes an empty template for none at all.
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        _not_text("TargetParameters.InputTemplate", text, faults)
        return None
    try:
        return InputTemplate(text)
    except InputTemplateError as error:
        faults.adopt(error)
        return None


def _section(parent: Mapping[str, Any], key: str, faults: Faults) -> Mapping[str, Any]:
    section = parent.get(key, {})
    if isinstance(section, Mapping) and not any(each == "Ref" or str(each).startswith("Fn::") for each in section):
        return _given(section)
    faults.add(key, f"must be an object, got {section!r}", _WRITE_OUT, rule="PS006")
    return {}


def _given(section: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in section.items() if value is not None and value != _NO_VALUE}


def _not_text(path: str, value: object, faults: Faults) -> None:
    faults.add(path, f"must be text, got {value!r}", _WRITE_OUT, rule="PS006")


def _choice(
    section: Mapping[str, Any], key: str, allowed: tuple[str, ...], unstated: str | None, faults: Faults
) -> str | None:
    value: str | None = section.get(key, unstated)
    if value not in allowed:
        faults.add(key, f"must be {' or '.join(allowed)}, got {value!r}", f"set it to {allowed[0]}")
    return value


def _number(value: object, path: str, limit: Limit, faults: Faults) -> int:
    # CloudFormation takes numbers as text too.
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < len(str(limit.high)) + 2:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and limit.allows(value):
        return value
    faults.add(path, f"must be {limit}, got {value!r}", "set it to a number within the range")
    return 0
