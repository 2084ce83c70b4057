"""
What happens to records whose delivery failed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger import limits
from pipes_trigger.errors import Violation
from pipes_trigger.helpers.option_checks import flag_faults, number_faults, refuse, seconds_of
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.options.durations import Seconds


UNTIL_EXPIRY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureHandling:
    """
    What happens to records whose function failed.

    The default gives up while the records can still be read back: a dead-letter message holds no item, only where it
    stands in the stream, and the stream keeps it for 24 hours.

    Attributes:
        maximum_retry_attempts: 0 to 10,000, or -1 for as long as the record lives.
        maximum_record_age: 60 to 604,800 seconds, or -1 for as long as the record lives.
        bisect: Halve a failing batch, so that one poison record does not block the others.
        dead_letter: `"queue"` builds an encrypted SQS queue; an `IQueue` or `ITopic` is used as it is; None: no one is
            told what was given up.
        dead_letter_retention: How long the built queue keeps a message, 60 to 1,209,600 seconds.

    Raises:
        ConfigurationError: A value is out of its range, or of another type.

    Example:
        >>> FailureHandling(maximum_retry_attempts=3).maximum_record_age_seconds
        43200
        >>> FailureHandling.none().dead_letter is None
        True
    """

    maximum_retry_attempts: int | None = 10
    maximum_record_age: Seconds | None = timedelta(hours=12)
    bisect: bool = True
    dead_letter: Any = "queue"
    dead_letter_retention: Seconds = timedelta(days=14)

    def __post_init__(self) -> None:
        group = "FailureHandling"
        age = self.maximum_record_age_seconds
        until_expiry = isinstance(age, int) and age == UNTIL_EXPIRY
        faults = number_faults(
            group,
            [
                ("maximum_retry_attempts", self.maximum_retry_attempts, limits.RETRY_ATTEMPTS),
                ("maximum_record_age", None if until_expiry else age, limits.RECORD_AGE),
                ("dead_letter_retention", self.dead_letter_retention_seconds, limits.QUEUE_RETENTION),
            ],
            optional=("maximum_retry_attempts", "maximum_record_age"),
        )
        faults += flag_faults(group, {"bisect": self.bisect})
        refuse([*faults, *_dead_letter_faults(f"{group}(dead_letter=)", self.dead_letter)])

    @classmethod
    def none(cls) -> FailureHandling:
        """
        Build nothing for failures, as the original did: retries until the record expires, no bisect, no dead-letter.
        """
        return cls(maximum_retry_attempts=None, maximum_record_age=None, bisect=False, dead_letter=None)

    @property
    def maximum_record_age_seconds(self) -> int | None:
        """
        The greatest age of a record in seconds; None leaves it to the service.
        """
        return None if self.maximum_record_age is None else seconds_of(self.maximum_record_age)

    @property
    def dead_letter_retention_seconds(self) -> int:
        """
        How long the built queue keeps a message, in seconds.
        """
        seconds: int = seconds_of(self.dead_letter_retention)
        return seconds


def _dead_letter_faults(path: str, target: Any) -> list[Violation]:
    if target is None or target == "queue":
        return []
    is_topic = hasattr(target, "topic_arn")
    if not is_topic and not hasattr(target, "queue_arn"):
        problem = f"must be 'queue', an SQS queue, an SNS topic or None, got {target!r}"
        fix = "pass 'queue', or import the queue: Queue.from_queue_arn(...)"
        return [Violation("OP003", path, problem, fix)]
    # The name of a topic that is yet to be built is a token, which says nothing.
    if is_topic and (
        getattr(target, "fifo", False) is True or str(getattr(target, "topic_name", "")).endswith(".fifo")
    ):
        problem = "is a FIFO topic, which is no target of a pipe"
        return [Violation("OP004", path, problem, "pass a standard topic or a queue")]
    return []
