"""
What the pipe itself logs.
"""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

from pipes_trigger import limits
from pipes_trigger.errors import Violation
from pipes_trigger.helpers.option_checks import choice_faults, flag_faults, key_faults, list_faults, refuse
from pipes_trigger.quick_dataclasses import dataclass

LogLevel = Literal["OFF", "ERROR", "INFO", "TRACE"]
# What tells a destination: a log group, a bucket, a Firehose stream, one of pipes-alpha's types.
_DESTINATIONS: Final = ("log_group_arn", "bucket_arn", "delivery_stream_arn", "grant_push")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeLogging:
    """
    What the pipe itself logs: to a log group that is built for it, or to the destinations that are given.

    Attributes:
        level: `OFF`, `ERROR`, `INFO` or `TRACE`.
        include_execution_data: Log the records themselves; Pipes never redacts them.
        retention_days: One of the retentions that CloudWatch Logs knows, in days; of the group that is built.
        destinations: At most one each of an `ILogGroup`, an `IBucket` and a Firehose `IDeliveryStream`, or
            `ILogDestination`s of pipes-alpha. None: a log group is built.
        encryption_key: A customer key (`IKey`) for the log group that is built.

    Raises:
        ConfigurationError: A value is not one of those allowed, a destination is none, or two are of one kind.

    Example:
        >>> PipeLogging(level="INFO").include_execution_data
        False
    """

    level: LogLevel = "ERROR"
    include_execution_data: bool = False
    retention_days: int = 30
    destinations: tuple[Any, ...] = ()
    encryption_key: Any = None

    def __post_init__(self) -> None:
        group = "PipeLogging"
        faults = choice_faults(group, "level", self.level, get_args(LogLevel))
        faults += flag_faults(group, {"include_execution_data": self.include_execution_data})
        faults += list_faults(group, {"destinations": self.destinations})
        faults += choice_faults(group, "retention_days", self.retention_days, limits.LOG_RETENTION_DAYS)
        kinds: list[str] = []
        for index, destination in enumerate(self.destinations if isinstance(self.destinations, tuple | list) else ()):
            kind = next((name for name in _DESTINATIONS if hasattr(destination, name)), None)
            path = f"{group}(destinations=)[{index}]"
            if kind is None:
                problem = f"is no destination of a pipe's logs: {destination!r}"
                fix = "pass a log group, a bucket, a Firehose delivery stream or an ILogDestination of pipes-alpha"
                faults.append(Violation("OP009", path, problem, fix))
            elif kind in kinds and kind != "grant_push":
                problem = "is a second one of its kind; a pipe logs to one of each"
                faults.append(Violation("OP010", path, problem, "leave it out"))
            kinds.append(kind or "")
        if self.encryption_key is not None and self.destinations:
            problem = "says how a log group is built, and destinations say that none is"
            fix = "encrypt the destination itself, or leave destinations out"
            faults.append(Violation("OP011", f"{group}(encryption_key=)", problem, fix))
        faults += key_faults(f"{group}(encryption_key=)", self.encryption_key)
        refuse(faults)
