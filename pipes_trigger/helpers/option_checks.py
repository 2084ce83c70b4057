"""
What is checked of an option's value: whole numbers in a range, one of several, a runtime's name.

Unresolved CDK tokens pass where CloudFormation can take them: nobody can read what they stand for.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.helpers.tokens import is_number_token, is_token

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pipes_trigger.limits import Limit

# Every name that aws_cdk.aws_lambda.Runtime has, deprecated ones too, and their successors by the same scheme.
_RUNTIME: Final = (
    r"python\d+\.\d+|nodejs(\d+\.(x|\d+))?|java\d+(\.al\d+)?|dotnet\d+|dotnetcore\d+\.\d+|ruby\d+\.\d+|go1\.x"
    r"|provided(\.al\d+)?"
)
_SUGGESTED_RUNTIMES: Final = (
    *("python3.11", "python3.12", "python3.13", "nodejs22.x", "java21", "dotnet8", "ruby3.4", "provided.al2023"),
)


def refuse(faults: Collection[Violation]) -> None:
    """
    Raise every fault of an option group at once, if there is any.

    Raises:
        ConfigurationError: There are faults.

    Example:
        >>> refuse([])
    """
    if faults:
        raise ConfigurationError(faults)


def seconds_of(value: Any) -> Any:
    """
    Return a duration in whole seconds, or the value itself where it is none: `number_faults` refuses that.

    Example:
        >>> seconds_of(timedelta(minutes=1)), seconds_of(timedelta(milliseconds=500))
        (60, datetime.timedelta(microseconds=500000))
    """
    if isinstance(value, timedelta):
        return value if value.microseconds else int(value.total_seconds())
    if not hasattr(value, "to_seconds"):
        return value
    try:
        seconds = value.to_seconds()
    except RuntimeError:  # CDK's own refusal of a fraction of a second
        return value
    if is_number_token(seconds):
        return seconds
    return int(seconds) if float(seconds).is_integer() else seconds


def number_faults(
    group: str, checks: Iterable[tuple[str, Any, Limit]], *, optional: Collection[str] = ()
) -> list[Violation]:
    """
    Say which options are no whole numbers, or out of their range; `optional` ones may be None.

    Example:
        >>> from pipes_trigger.limits import BATCH_SIZE
        >>> print(*number_faults("StreamReading", [("batch_size", 10.5, BATCH_SIZE)]))
        [OP005] StreamReading(batch_size=): must be a whole number of records, got 10.5; pass 1 to 10000 records
    """
    faults = []
    for name, value, limit in checks:
        path, fix = f"{group}({name}=)", f"pass {limit}"
        if is_number_token(value) or (value is None and name in optional):
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            problem = f"must be a whole number of {limit.unit}, got {_shown(value)}"
            faults.append(Violation("OP005", path, problem, fix))
        elif not limit.allows(value):
            faults.append(Violation("OP001", path, f"must be {limit}, got {value}", fix))
    return faults


def choice_faults(group: str, name: str, value: Any, allowed: Iterable[Any]) -> list[Violation]:
    """
    Say that an option is none of those allowed.

    Example:
        >>> print(*choice_faults("PipeLogging", "level", "DEBUG", ("OFF", "ERROR")))
        [OP002] PipeLogging(level=): must be one of OFF, ERROR, got 'DEBUG'; pass one of them
    """
    allowed = tuple(allowed)
    # True equals 1, and 30.0 equals 30; neither is the number that was meant.
    if value in allowed and not isinstance(value, bool | float):
        return []
    choice = ", ".join(map(str, allowed))
    return [Violation("OP002", f"{group}({name}=)", f"must be one of {choice}, got {value!r}", "pass one of them")]


def flag_faults(group: str, flags: Mapping[str, Any]) -> list[Violation]:
    """
    Say which options are neither True nor False: any text would be taken for True.

    Example:
        >>> print(*flag_faults("FunctionOptions", {"tracing": "no"}))
        [OP018] FunctionOptions(tracing=): must be True or False, got 'no'; pass one of them
    """
    return [
        Violation("OP018", f"{group}({name}=)", f"must be True or False, got {value!r}", "pass one of them")
        for name, value in flags.items()
        if not isinstance(value, bool)
    ]


def list_faults(group: str, lists: Mapping[str, Any]) -> list[Violation]:
    """
    Say which options are no lists, such as a single thing that was not put into one.

    Example:
        >>> print(*list_faults("FunctionOptions", {"layers": "mine"}))
        [OP019] FunctionOptions(layers=): must be a tuple or a list, got str; put it into one: (...,)
    """
    return [
        Violation("OP019", f"{group}({name}=)", f"must be a tuple or a list, got {type(value).__name__}", fix)
        for name, value in lists.items()
        for fix in ("put it into one: (...,)",)
        if not isinstance(value, tuple | list)
    ]


def runtime_name(runtime: Any) -> Any:
    """
    Return the name of a CDK `Runtime`; anything else as it is.

    Example:
        >>> runtime_name("python3.12")
        'python3.12'
    """
    return runtime if isinstance(runtime, str) else getattr(runtime, "name", runtime)


def runtime_faults(path: str, name: Any) -> list[Violation]:
    """
    Say that a name cannot be a Lambda runtime's.

    Example:
        >>> print(*runtime_faults("FunctionOptions(runtime=)", "pyhton3.12"))
        [OP006] FunctionOptions(runtime=): is no Lambda runtime: 'pyhton3.12'; did you mean 'python3.12'?
    """
    if isinstance(name, str) and (is_token(name) or re.fullmatch(_RUNTIME, name, re.ASCII)):
        return []
    wanted = name if isinstance(name, str) else ""
    return [Violation("OP006", path, f"is no Lambda runtime: {name!r}", known_names(wanted, _SUGGESTED_RUNTIMES))]


def key_faults(path: str, key: Any) -> list[Violation]:
    """
    Say that something is no KMS key; None is none, and allowed.

    Example:
        >>> print(*key_faults("PipeLogging(encryption_key=)", "alias/mine"))
        [OP012] PipeLogging(encryption_key=): must be a KMS key, got 'alias/mine'; pass a Key, or Key.from_key_arn(...)
    """
    if key is None or hasattr(key, "key_arn"):
        return []
    fix = "pass a Key, or Key.from_key_arn(...)"
    return [Violation("OP012", path, f"must be a KMS key, got {key!r}", fix)]


def boundary_faults(path: str, boundary: Any) -> list[Violation]:
    """
    Say that something is no permissions boundary; None is none, and allowed.

    Example:
        >>> print(*boundary_faults("permissions_boundary", "developers"))
        [OP017] permissions_boundary: must be a managed policy, got 'developers'; pass an IManagedPolicy or its ARN
    """
    is_arn = isinstance(boundary, str) and (is_token(boundary) or boundary.startswith("arn:"))
    if boundary is None or is_arn or hasattr(boundary, "managed_policy_arn"):
        return []
    fix = "pass an IManagedPolicy or its ARN"
    return [Violation("OP017", path, f"must be a managed policy, got {boundary!r}", fix)]


def _shown(value: Any) -> str:
    # A CDK Duration's repr is its address in memory.
    return str(value.to_human_string()) if hasattr(value, "to_human_string") else repr(value)
