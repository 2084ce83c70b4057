"""
The properties of a pipe in a template, checked and turned into Python values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipes_trigger.errors import FilterPatternError, InputTemplateError
from pipes_trigger.filters import FilterPattern, FilterSet
from pipes_trigger.limits import (
    BATCH_SIZE,
    BATCHING_WINDOW,
    PARALLELIZATION_FACTOR,
    RECORD_AGE,
    RETRY_ATTEMPTS,
    Limit,
)
from pipes_trigger.quick_dataclasses import replace
from pipes_trigger.spec.parameters import read_parameters
from pipes_trigger.spec.sections import Faults, choice, given, not_text, number, section
from pipes_trigger.templates import InputTemplate

# The API reference names no default, and other pages name different ones: 100 is that of Lambda's event source mapping.
UNSTATED_BATCH_SIZE: Final = 100
_UNTIL_EXPIRY: Final = -1

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
_TARGET: Final = "TargetParameters"
_ENRICHMENT: Final = "EnrichmentParameters"


def read(logical_id: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """
    Turn a pipe's properties into the arguments of a `PipeSpec`.

    Raises:
        PipeSpecError: A value that is missing, out of range, or known only at deploy time.
        FilterPatternError: Filter patterns that are not valid, and nothing else wrong.
        InputTemplateError: An input template that is not valid, and nothing else wrong.
    """
    faults = Faults(logical_id)
    properties = given(properties)
    source = section(properties, "SourceParameters", faults)
    stream = section(source, "DynamoDBStreamParameters", faults)
    target, enrichment = (section(properties, part, faults) for part in (_TARGET, _ENRICHMENT))
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
        "input_template": _input_template(target, _TARGET, faults),
        "enrichment_template": _input_template(enrichment, _ENRICHMENT, faults),
        "target_parameters": read_parameters(target, faults),
        "starting_position": choice(stream, "StartingPosition", _POSITIONS, None, faults),
        "bisect": stream.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        "dead_letter": section(stream, "DeadLetterConfig", faults).get("Arn"),
        "desired_state": choice(properties, "DesiredState", _STATES, "RUNNING", faults),
    }
    for key, (argument, limit, unstated) in _NUMBERS.items():
        arguments[argument] = number(stream.get(key, unstated), f"DynamoDBStreamParameters.{key}", limit, faults)
    faults.raise_any()
    return arguments


def _filters(source: Mapping[str, Any], faults: Faults) -> tuple[FilterPattern, ...]:
    listed = section(source, "FilterCriteria", faults).get("Filters") or []
    if not isinstance(listed, list):
        faults.add("FilterCriteria", f"must list its filters, got {listed!r}", 'write {"Filters": [{"Pattern": ...}]}')
        return ()
    texts = []
    for index, each in enumerate(listed):
        pattern = each.get("Pattern") if isinstance(each, Mapping) else each
        if isinstance(pattern, str):
            texts.append(pattern)
        else:
            not_text(f"FilterCriteria.Filters[{index}].Pattern", pattern, faults)
    if len(texts) < len(listed):
        return ()
    try:
        return tuple(FilterSet(texts, root="FilterCriteria.Filters"))
    except FilterPatternError as error:
        faults.adopt(error)
        return ()


def _input_template(parameters: Mapping[str, Any], part: str, faults: Faults) -> InputTemplate | None:
    text = parameters.get("InputTemplate")
    # Pipes takes an empty template for none at all.
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        not_text(f"{part}.InputTemplate", text, faults)
        return None
    try:
        return InputTemplate(text)
    except InputTemplateError as error:
        faults.adopt(error, "" if part == _TARGET else f"{part}.")
        return None
