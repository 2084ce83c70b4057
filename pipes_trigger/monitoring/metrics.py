"""
Every CloudWatch metric that a trigger shows: name, namespace, dimensions, statistic, unit, source.

Nothing was measured against a live account: each is taken from AWS documentation, read 2026-11. What no page settles is
told in `unverified`. A unit is for readers only: the page of Pipes says `None` today and said `Count` before, and
CloudWatch finds nothing under a unit that a metric was not published with, so none is ever asked for.
"""

from __future__ import annotations

from typing import Final, Literal

from pipes_trigger.quick_dataclasses import dataclass

Owner = Literal["pipe", "function", "dead_letter_queue", "dead_letter_topic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFact:
    """
    One metric, as documented.

    Attributes:
        name: Its name in CloudWatch.
        owner: Which part of a trigger publishes it.
        meaning: What one data point says.
        statistic: What is read of it unless another is asked for.
        unit: Its unit as documented; never part of a query.
        unverified: What no page settles; empty where nothing is open.

    Example:
        >>> print(EXECUTION_FAILED)
        AWS/EventBridge/Pipes ExecutionFailed (Sum by PipeName)
        >>> EXECUTION_THROTTLED.unverified != ""
        True
    """

    name: str
    owner: Owner
    meaning: str
    statistic: Literal["Sum", "Average", "Maximum"] = "Sum"
    unit: str = "None"
    unverified: str = ""

    @property
    def namespace(self) -> str:
        """
        The namespace that its owner publishes in.
        """
        return NAMESPACES[self.owner]

    @property
    def dimension(self) -> str:
        """
        The one dimension that it is read by; of an alias or a version of a function there is `Resource` beside it.
        """
        return _DIMENSIONS[self.owner]

    @property
    def source(self) -> str:
        """
        The pages that it is taken from.
        """
        return _SOURCES[self.owner]

    def __str__(self) -> str:
        return f"{self.namespace} {self.name} ({self.statistic} by {self.dimension})"


# "AWS/EventBridge/Pipes" stands on no page of EventBridge: it is taken from the CloudWatch page named below.
NAMESPACES: Final[dict[Owner, str]] = {
    "pipe": "AWS/EventBridge/Pipes",
    "function": "AWS/Lambda",
    "dead_letter_queue": "AWS/SQS",
    "dead_letter_topic": "AWS/SNS",
}
_DIMENSIONS: Final[dict[Owner, str]] = {
    "pipe": "PipeName",
    "function": "FunctionName",
    "dead_letter_queue": "QueueName",
    "dead_letter_topic": "TopicName",
}
_SOURCES: Final[dict[Owner, str]] = {
    "pipe": (
        "Logging and monitoring Amazon EventBridge Pipes using Amazon CloudWatch Logs (doc); "
        "Supported metrics for resource tags for telemetry (doc)"
    ),
    "function": "Types of metrics for Lambda functions (doc)",
    "dead_letter_queue": "Available CloudWatch metrics for Amazon SQS (doc)",
    "dead_letter_topic": "Monitoring Amazon SNS topics using CloudWatch (doc)",
}
_BY_PIPE_ALONE: Final = "one page lists it by AwsAccountId and PipeName, the other not by PipeName"
_RETRIES: Final = "whether each retry counts as an execution"

EVENT_COUNT: Final = MetricFact(
    name="EventCount",
    owner="pipe",
    meaning="records that the pipe has processed",
    unverified="whether a filtered record counts, and whether a pipe without records publishes 0 or nothing",
)
EVENT_SIZE: Final = MetricFact(
    name="EventSize",
    owner="pipe",
    meaning="size of what started an execution",
    statistic="Average",
    unit="Bytes",
)
INVOCATIONS: Final = MetricFact(
    name="Invocations", owner="pipe", meaning="executions in all", unverified=_BY_PIPE_ALONE
)
DURATION: Final = MetricFact(
    name="Duration",
    owner="pipe",
    meaning="length of an execution",
    statistic="Average",
    unit="Milliseconds",
)
EXECUTION_FAILED: Final = MetricFact(
    name="ExecutionFailed", owner="pipe", meaning="executions that failed", unverified=_RETRIES
)
EXECUTION_PARTIALLY_FAILED: Final = MetricFact(
    name="ExecutionPartiallyFailed",
    owner="pipe",
    meaning="executions of which some records failed",
    unverified=_RETRIES,
)
EXECUTION_THROTTLED: Final = MetricFact(
    name="ExecutionThrottled",
    owner="pipe",
    meaning="executions that were throttled",
    unverified=_BY_PIPE_ALONE,
)
EXECUTION_TIMED_OUT: Final = MetricFact(
    name="ExecutionTimeout",
    owner="pipe",
    meaning="executions that timed out",
    unverified=_RETRIES,
)
ENRICHMENT_DURATION: Final = MetricFact(
    name="EnrichmentStageDuration",
    owner="pipe",
    meaning="length of the enrichment",
    statistic="Average",
    unit="Milliseconds",
)
ENRICHMENT_FAILED: Final = MetricFact(
    name="EnrichmentStageFailed", owner="pipe", meaning="executions whose enrichment failed"
)
TARGET_DURATION: Final = MetricFact(
    name="TargetStageDuration",
    owner="pipe",
    meaning="length of the delivery to the target",
    statistic="Average",
    unit="Milliseconds",
)
TARGET_FAILED: Final = MetricFact(
    name="TargetStageFailed", owner="pipe", meaning="executions whose delivery to the target failed"
)
TARGET_PARTIALLY_FAILED: Final = MetricFact(
    name="TargetStagePartiallyFailed",
    owner="pipe",
    meaning="executions whose delivery to the target failed for some records",
)
TARGET_SKIPPED: Final = MetricFact(
    name="TargetStageSkipped", owner="pipe", meaning="executions that delivered nothing to the target"
)
FUNCTION_ERRORS: Final = MetricFact(
    name="Errors", owner="function", meaning="invocations that ended in an error", unit="Count"
)
FUNCTION_THROTTLES: Final = MetricFact(
    name="Throttles", owner="function", meaning="invocations that were throttled", unit="Count"
)
FUNCTION_DURATION: Final = MetricFact(
    name="Duration",
    owner="function",
    meaning="length of an invocation",
    statistic="Average",
    unit="Milliseconds",
)
DEAD_LETTER_DEPTH: Final = MetricFact(
    name="ApproximateNumberOfMessagesVisible",
    owner="dead_letter_queue",
    meaning="messages in the dead-letter queue that can be received",
    statistic="Maximum",
    unit="Count",
)
DEAD_LETTER_AGE: Final = MetricFact(
    name="ApproximateAgeOfOldestMessage",
    owner="dead_letter_queue",
    meaning="age of the oldest message that was received less than three times",
    statistic="Maximum",
    unit="Seconds",
)
DEAD_LETTERS_PUBLISHED: Final = MetricFact(
    name="NumberOfMessagesPublished",
    owner="dead_letter_topic",
    meaning="messages published to the dead-letter topic",
    unit="Count",
)

ALL_METRICS: Final = (
    EVENT_COUNT,
    EVENT_SIZE,
    INVOCATIONS,
    DURATION,
    EXECUTION_FAILED,
    EXECUTION_PARTIALLY_FAILED,
    EXECUTION_THROTTLED,
    EXECUTION_TIMED_OUT,
    ENRICHMENT_DURATION,
    ENRICHMENT_FAILED,
    TARGET_DURATION,
    TARGET_FAILED,
    TARGET_PARTIALLY_FAILED,
    TARGET_SKIPPED,
    FUNCTION_ERRORS,
    FUNCTION_THROTTLES,
    FUNCTION_DURATION,
    DEAD_LETTER_DEPTH,
    DEAD_LETTER_AGE,
    DEAD_LETTERS_PUBLISHED,
)
PIPE_METRICS: Final = {fact.name: fact for fact in ALL_METRICS if fact.owner == "pipe"}
# Of the account, not of one pipe: its only dimension is AwsAccountId.
ACCOUNT_METRICS: Final = ("Concurrency",)
