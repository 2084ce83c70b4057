"""
Every AWS number that is checked here: value, unit, source.

Nothing was measured against a live account; `doc` below is AWS documentation or the service's API model, read 2026-11.
Where two sources disagree both are recorded.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """
    A closed range with its unit and its source.

    Example:
        >>> BATCH_SIZE.allows(10_000), BATCH_SIZE.allows(0)
        (True, False)
        >>> str(BATCHING_WINDOW)
        '0 to 300 seconds'
    """

    low: int
    high: int
    unit: str
    source: str

    def allows(self, value: int) -> bool:
        """
        Say whether `value` lies in the range, ends included.
        """
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low} to {self.high} {self.unit}"


_PIPES_API: Final = "EventBridge Pipes API reference (doc)"

PIPE_NAME_LENGTH: Final = Limit(1, 64, "characters", f"{_PIPES_API}, CreatePipe Name")
PIPE_NAME_CHARACTERS: Final = r"[\.\-_A-Za-z0-9]+"
FUNCTION_NAME_LENGTH: Final = Limit(1, 64, "characters", "Lambda API reference (doc), CreateFunction FunctionName")
FUNCTION_NAME_CHARACTERS: Final = r"[a-zA-Z0-9-_]+"
DESCRIPTION_LENGTH: Final = Limit(0, 512, "characters", f"{_PIPES_API}, CreatePipe Description")
TAGS: Final = Limit(1, 50, "tags", f"{_PIPES_API}, CreatePipe Tags")
TAG_NAME_LENGTH: Final = Limit(1, 128, "characters", f"{_PIPES_API}, TagMap")
TAG_VALUE_LENGTH: Final = Limit(0, 256, "characters", f"{_PIPES_API}, TagMap")
FUNCTION_DESCRIPTION_LENGTH: Final = Limit(
    0, 256, "characters", "Lambda API reference (doc), CreateFunction Description"
)

FILTERS_PER_PIPE: Final = Limit(0, 5, "filters", f"{_PIPES_API}, FilterCriteria")
PATTERN_LENGTH: Final = Limit(0, 4096, "characters", f"{_PIPES_API}, Filter Pattern")
INPUT_TEMPLATE_LENGTH: Final = Limit(0, 8192, "characters", f"{_PIPES_API}, PipeTargetParameters InputTemplate")

BATCH_SIZE: Final = Limit(1, 10_000, "records", f"{_PIPES_API}, PipeSourceDynamoDBStreamParameters BatchSize")
BATCHING_WINDOW: Final = Limit(0, 300, "seconds", f"{_PIPES_API}, MaximumBatchingWindowInSeconds")
PARALLELIZATION_FACTOR: Final = Limit(1, 10, "batches per shard", f"{_PIPES_API}, ParallelizationFactor")
RETRY_ATTEMPTS: Final = Limit(-1, 10_000, "attempts", f"{_PIPES_API}, MaximumRetryAttempts; -1: until expiry")
# The API takes -1 to 604800; CDK refuses 1 to 59.
RECORD_AGE: Final = Limit(60, 604_800, "seconds", f"{_PIPES_API}, MaximumRecordAgeInSeconds; CDK's own check")
READERS_PER_SHARD: Final = 2  # DynamoDB Streams (doc): simultaneous readers of a shard, fewer on global tables
STREAM_RETENTION_SECONDS: Final = 24 * 60 * 60  # DynamoDB Streams (doc): a record lives 24 hours

LAMBDA_PAYLOAD_BYTES: Final = 6 * 1024 * 1024  # Lambda quotas (doc): synchronous invocation payload
# EventBridge user guide (doc), "Event enrichment in Amazon EventBridge Pipes".
ENRICHMENT_ANSWER_BYTES: Final = 6 * 1024 * 1024
# EventBridge user guide (doc), "Amazon EventBridge Pipes batching and concurrency".
STATE_MACHINE_INPUT_LENGTH: Final = 262_144  # characters
BATCH_API_ENTRIES: Final = 10  # the most that a queue, a topic or an event bus takes at once
ENVIRONMENT_BYTES: Final = 4096  # Lambda quotas (doc): environment variables, in total
FUNCTION_TIMEOUT: Final = Limit(1, 900, "seconds", "Lambda quotas (doc)")
FUNCTION_MEMORY: Final = Limit(128, 10_240, "MB", "Lambda quotas (doc)")
RESERVED_CONCURRENCY: Final = Limit(
    0, 1_000_000, "executions", "no limit but the account's own; CloudFormation wants >= 0"
)
QUEUE_RETENTION: Final = Limit(60, 1_209_600, "seconds", "SQS API reference (doc), MessageRetentionPeriod")
# CloudWatch API reference (doc), PutMetricAlarm: a multiple of 60 seconds; "CloudWatch concepts" (doc): at most a day.
ALARM_PERIOD: Final = Limit(60, 86_400, "seconds", "CloudWatch API reference (doc), PutMetricAlarm Period")
ALARM_PERIOD_STEP: Final = 60
# The same page: Period times EvaluationPeriods is at most a day, or seven days with periods of an hour and more.
ALARM_RANGE: Final = Limit(60, 86_400, "seconds", "PutMetricAlarm Period, periods under an hour")
ALARM_LONG_RANGE: Final = Limit(3600, 604_800, "seconds", "PutMetricAlarm Period, periods of an hour and more")
ALARM_NAME_LENGTH: Final = Limit(1, 255, "characters", "CloudWatch API reference (doc), PutMetricAlarm AlarmName")
DASHBOARD_NAME_LENGTH: Final = Limit(1, 255, "characters", "AWS::CloudWatch::Dashboard (doc), DashboardName")
DASHBOARD_NAME_CHARACTERS: Final = r"[A-Za-z0-9_-]+"
# CloudWatch Logs API reference (doc), PutRetentionPolicy.
LOG_RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827),
    *(2192, 2557, 2922, 3288, 3653),
)

# Settings, assemblies, data sets and patterns are read from files: no file larger than this is read.
INPUT_FILE_BYTES: Final = 64 * 1024 * 1024
