"""
The pipe's CloudFormation properties from the option groups, as the plain mappings that `CfnPipe` takes.

Plain mappings in CloudFormation's spelling cost a fraction of CDK's typed structs at synth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.options.failures import FailureHandling
    from pipes_trigger.options.reading import StreamReading

# Below these stand names of the user's own, not CloudFormation's.
_OWN_NAMES: Final = ("HeaderParameters", "QueryStringParameters")


def source_parameters(
    filters: Iterable[FilterPattern],
    reading: StreamReading,
    failures: FailureHandling,
    dead_letter_arn: str | None,
) -> dict[str, Any]:
    """
    Say how the stream is read, what of it passes, and what happens to what fails.
    """
    stream = {
        # Two documents tell two defaults, so the size is always said.
        "batchSize": reading.batch_size,
        "startingPosition": reading.starting_position,
        "maximumBatchingWindowInSeconds": reading.batching_window_seconds or None,
        # Not "above 1": a token is a number far below it.
        "parallelizationFactor": None if reading.parallelization_factor == 1 else reading.parallelization_factor,
        "maximumRetryAttempts": failures.maximum_retry_attempts,
        "maximumRecordAgeInSeconds": failures.maximum_record_age_seconds,
        "onPartialBatchItemFailure": "AUTOMATIC_BISECT" if failures.bisect else None,
        "deadLetterConfig": {"arn": dead_letter_arn} if dead_letter_arn else None,
    }
    parameters: dict[str, Any] = {
        "dynamoDbStreamParameters": {name: value for name, value in stream.items() if value is not None}
    }
    patterns = [{"pattern": pattern.to_json()} for pattern in filters]
    if patterns:
        parameters["filterCriteria"] = {"filters": patterns}
    return parameters


def target_parameters(template: str | None, blocks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """
    Say what the target gets of a record, and how it is addressed; None where there is nothing to say.

    Args:
        template: The input template's text.
        blocks: Target parameters as CloudFormation spells them; CDK begins each name with a small letter.

    Example:
        >>> target_parameters(None, {"SqsQueueParameters": {"MessageGroupId": "$.eventID"}})
        {'sqsQueueParameters': {'messageGroupId': '$.eventID'}}
    """
    parameters: dict[str, Any] = {} if template is None else {"inputTemplate": template}
    return {**parameters, **_for_cdk(blocks)} or None


def _for_cdk(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {
        f"{name[:1].lower()}{name[1:]}": inner if name in _OWN_NAMES else _for_cdk(inner)
        for name, inner in value.items()
    }
