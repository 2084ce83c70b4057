"""
The alarms of a trigger as data: what each watches, what it says, and how it reads silence.
"""

from __future__ import annotations

from typing import Final, Literal

from pipes_trigger.monitoring import metrics
from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKind:
    """
    What one alarm watches, and what it says.

    Attributes:
        name: The field of `AlarmOptions`.
        metric: What it watches.
        says: What has happened, as it goes on after "The pipe <name>".
        missing: How CloudWatch reads a period without data.
        goes_off: At the threshold and above, or below it.

    Example:
        >>> kind = ALARM_KINDS[4]
        >>> kind.construct_id, kind.alarm_name("orders"), kind.metric.name
        ('DeadLetterDepth', 'orders-dead-letter-depth', 'ApproximateNumberOfMessagesVisible')
    """

    name: str
    metric: metrics.MetricFact
    says: str
    missing: Literal["NOT_BREACHING", "BREACHING"] = "NOT_BREACHING"
    goes_off: Literal["GREATER_THAN_OR_EQUAL_TO_THRESHOLD", "LESS_THAN_THRESHOLD"] = (
        "GREATER_THAN_OR_EQUAL_TO_THRESHOLD"
    )

    @property
    def construct_id(self) -> str:
        """
        The id of its construct: `DeadLetterDepth`.
        """
        return "".join(part.capitalize() for part in self.name.split("_"))

    def alarm_name(self, prefix: str) -> str:
        """
        Give its name in CloudWatch where one is asked for: `orders-dead-letter-depth`.
        """
        return f"{prefix}-{self.name.replace('_', '-')}"


# Failures are published as 0 where there are none, Lambda publishes with each invocation and SQS for a queue that is in
# use: so nothing published means nothing failed. For staleness it means that nothing was processed.
ALARM_KINDS: Final = (
    AlarmKind(
        name="failed",
        metric=metrics.EXECUTION_FAILED,
        says="had executions that failed; its log and its target's tell why",
    ),
    AlarmKind(
        name="partially_failed",
        metric=metrics.EXECUTION_PARTIALLY_FAILED,
        says="had batches of which some records failed; its target's answer names them",
    ),
    AlarmKind(
        name="throttled",
        metric=metrics.EXECUTION_THROTTLED,
        says="is throttled: the account's quota of concurrent executions, or the target's, is used up",
    ),
    AlarmKind(
        name="timed_out",
        metric=metrics.EXECUTION_TIMED_OUT,
        says="had executions that timed out: its target takes too long",
    ),
    AlarmKind(
        name="dead_letter_depth",
        metric=metrics.DEAD_LETTER_DEPTH,
        says="has given records up: redrive them before the stream forgets them, 24 hours after each was written",
    ),
    AlarmKind(
        name="dead_letter_age",
        metric=metrics.DEAD_LETTER_AGE,
        says="has dead letters that nobody took: the stream forgets their records 24 hours after they were written",
    ),
    AlarmKind(
        name="dead_letters_published",
        metric=metrics.DEAD_LETTERS_PUBLISHED,
        says="has given records up: the dead-letter topic told where in the stream they are",
    ),
    AlarmKind(
        name="function_errors",
        metric=metrics.FUNCTION_ERRORS,
        says="calls a function that ended in an error; the function's log tells which",
    ),
    AlarmKind(
        name="function_throttles",
        metric=metrics.FUNCTION_THROTTLES,
        says="calls a function that is throttled: its concurrency is used up",
    ),
    AlarmKind(
        name="staleness",
        metric=metrics.EVENT_COUNT,
        says="has processed nothing for too long: it is stopped or disabled, or the table did not change",
        missing="BREACHING",
        goes_off="LESS_THAN_THRESHOLD",
    ),
)
