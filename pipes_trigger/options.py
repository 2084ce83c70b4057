"""
Option groups: frozen, keyword-only, checked when they are made.

Durations are whole seconds: an `int`, a `datetime.timedelta` or a CDK `Duration`. CDK's unresolved number tokens pass
unchecked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, Protocol, get_args

from pipes_trigger import limits
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.option_checks import (
    choice_faults,
    number_faults,
    runtime_faults,
    runtime_name,
    seconds_of,
)
from pipes_trigger.helpers.tokens import is_token


class _HasSeconds(Protocol):
    def to_seconds(self) -> float:
        """
        Return the duration's length, as CDK's `Duration` does.
        """


Seconds = int | timedelta | _HasSeconds
StartingPosition = Literal["LATEST", "TRIM_HORIZON"]
LogLevel = Literal["OFF", "ERROR", "INFO", "TRACE"]
UNTIL_EXPIRY: Final = -1


def _refuse(faults: list[Violation]) -> None:
    if faults:
        raise ConfigurationError(faults)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReading:
    """
    How the pipe reads the stream.

    Attributes:
        starting_position: `LATEST` (what changes from now on) or `TRIM_HORIZON` (what the stream still holds).
        batch_size: The most records that one invocation gets, 1 to 10,000.
        batching_window: How long a batch waits to fill, 0 to 300 seconds.
        parallelization_factor: Batches of one shard that run at the same time, 1 to 10; order is kept per item.

    Raises:
        ConfigurationError: A value is out of its range, or of another type.

    Example:
        >>> StreamReading(batch_size=100, batching_window=timedelta(seconds=5)).batching_window_seconds
        5
    """

    starting_position: StartingPosition = "LATEST"
    batch_size: int = 10
    batching_window: Seconds = 0
    parallelization_factor: int = 1

    def __post_init__(self) -> None:
        group = "StreamReading"
        faults = choice_faults(group, "starting_position", self.starting_position, get_args(StartingPosition))
        faults += number_faults(
            group,
            [
                ("batch_size", self.batch_size, limits.BATCH_SIZE),
                ("batching_window", self.batching_window_seconds, limits.BATCHING_WINDOW),
                ("parallelization_factor", self.parallelization_factor, limits.PARALLELIZATION_FACTOR),
            ],
        )
        _refuse(faults)

    @property
    def batching_window_seconds(self) -> int:
        """
        The batching window in seconds.
        """
        seconds: int = seconds_of(self.batching_window)
        return seconds


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
        _refuse([*faults, *_dead_letter_faults(f"{group}(dead_letter=)", self.dead_letter)])

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOptions:
    """
    How the function is built.

    Attributes:
        runtime: A Lambda runtime's name, or a CDK `Runtime`, which is kept by its name.
        architecture: `x86_64` or `arm64`.
        memory_size: 128 to 10,240 MB.
        timeout: 1 to 900 seconds.
        description: At most 256 characters.
        own_log_group: Build a log group with a retention, instead of the one that Lambda makes and nobody removes.
        log_retention_days: One of the retentions that CloudWatch Logs knows, in days.
        keep_logs: Keep the log group when the stack is removed.
        tracing: Trace with X-Ray.
        reserved_concurrency: The most that run at the same time; None: what the account has left.
        layers: `ILayerVersion`s.

    Raises:
        ConfigurationError: A value is out of its range, or of another type.

    Example:
        >>> FunctionOptions(memory_size=64)
        Traceback (most recent call last):
        pipes_trigger.errors.ConfigurationError: [OP001] FunctionOptions(memory_size=): must be 128 to 10240 MB, got ...
    """

    runtime: Any = "python3.12"
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    memory_size: int = 256
    timeout: Seconds = 60
    description: str | None = None
    own_log_group: bool = True
    log_retention_days: int = 30
    keep_logs: bool = False
    tracing: bool = True
    reserved_concurrency: int | None = None
    layers: tuple[Any, ...] = field(default=())

    def __post_init__(self) -> None:
        group = "FunctionOptions"
        # A CDK Runtime is kept by its name, so that whoever reads the options finds one shape.
        object.__setattr__(self, "runtime", runtime_name(self.runtime))
        description = self.description
        length = None if description is None or is_token(description) else len(description)
        faults = runtime_faults(f"{group}(runtime=)", self.runtime)
        faults += choice_faults(group, "architecture", self.architecture, ("x86_64", "arm64"))
        faults += choice_faults(group, "log_retention_days", self.log_retention_days, limits.LOG_RETENTION_DAYS)
        faults += number_faults(
            group,
            [
                ("memory_size", self.memory_size, limits.FUNCTION_MEMORY),
                ("timeout", self.timeout_seconds, limits.FUNCTION_TIMEOUT),
                ("description", length, limits.FUNCTION_DESCRIPTION_LENGTH),
                ("reserved_concurrency", self.reserved_concurrency, limits.RESERVED_CONCURRENCY),
            ],
            optional=("description", "reserved_concurrency"),
        )
        _refuse(faults)

    @property
    def timeout_seconds(self) -> int:
        """
        The timeout in seconds.
        """
        seconds: int = seconds_of(self.timeout)
        return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeLogging:
    """
    What the pipe itself logs, to a log group that is built for it.

    Attributes:
        level: `OFF`, `ERROR`, `INFO` or `TRACE`.
        include_execution_data: Log the records themselves; Pipes never redacts them.
        retention_days: One of the retentions that CloudWatch Logs knows, in days.

    Raises:
        ConfigurationError: A value is not one of those allowed.

    Example:
        >>> PipeLogging(level="INFO").include_execution_data
        False
    """

    level: LogLevel = "ERROR"
    include_execution_data: bool = False
    retention_days: int = 30

    def __post_init__(self) -> None:
        group = "PipeLogging"
        faults = choice_faults(group, "level", self.level, get_args(LogLevel))
        faults += choice_faults(group, "retention_days", self.retention_days, limits.LOG_RETENTION_DAYS)
        _refuse(faults)
