"""
The pipe's CloudFormation properties from the option groups, as the plain mappings that `CfnPipe` takes.

Plain mappings in CloudFormation's spelling cost a fraction of CDK's typed structs at synth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.options import FailureHandling, PipeLogging, StreamReading


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
        "parallelizationFactor": reading.parallelization_factor if reading.parallelization_factor > 1 else None,
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


def log_configuration(logging: PipeLogging | None, log_group_arn: str | None) -> dict[str, Any] | None:
    """
    Say what the pipe logs, and where; None for nothing.
    """
    if logging is None or log_group_arn is None:
        return None
    configuration: dict[str, Any] = {
        "cloudwatchLogsLogDestination": {"logGroupArn": log_group_arn},
        "level": logging.level,
    }
    if logging.include_execution_data:
        configuration["includeExecutionData"] = ["ALL"]
    return configuration
