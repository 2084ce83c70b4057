"""
Which alarms a trigger gets, and when each goes off. Pure: the alarms themselves are built in `alarms.py`.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger import limits
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.option_checks import number_faults, seconds_of
from pipes_trigger.helpers.tokens import is_number_token, is_token
from pipes_trigger.limits import Limit
from pipes_trigger.monitoring.kinds import ALARM_KINDS
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.monitoring.kinds import AlarmKind
    from pipes_trigger.options.durations import Seconds

_GROUP: Final = "AlarmOptions"
_AT_LEAST: Final = Limit(1, 2**31 - 1, "counts or seconds", "below 1 an alarm would never end")
_HOUR: Final = 3600
_STALENESS_STEP: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """
    When an alarm goes off: at `at_least` in `datapoints_to_alarm` of the last `evaluation_periods` periods.

    Attributes:
        at_least: The smallest value that counts: a whole number, or a duration for an age.
        period: Length of a period: a multiple of 60 seconds, at most a day.
        evaluation_periods: How many periods are looked at; together at most a day, or seven days with periods of an
            hour and more.
        datapoints_to_alarm: In how many of them the value is reached; None: in all.

    Raises:
        ConfigurationError: A value is out of its range, or of another type.

    Example:
        >>> Threshold(at_least=5, period=timedelta(minutes=1), evaluation_periods=3).period_seconds
        60
        >>> Threshold(period=90)
        Traceback (most recent call last):
        pipes_trigger.errors.ConfigurationError: [MO001] Threshold(period=): must be a multiple of 60 seconds, got 90...
    """

    at_least: Seconds = 1
    period: Seconds = timedelta(minutes=5)
    evaluation_periods: int = 1
    datapoints_to_alarm: int | None = None

    def __post_init__(self) -> None:
        group = "Threshold"
        faults = number_faults(
            group,
            [("at_least", self.at_least_value, _AT_LEAST), ("period", self.period_seconds, limits.ALARM_PERIOD)],
        )
        # Without a period that is known and can be, nothing can be said of their number.
        if not faults and not is_number_token(self.period_seconds):
            faults = self._range_faults(group)
        if faults:
            raise ConfigurationError(faults)

    def _range_faults(self, group: str) -> list[Violation]:
        period = self.period_seconds
        if period % limits.ALARM_PERIOD_STEP:
            nearest = max(1, round(period / limits.ALARM_PERIOD_STEP)) * limits.ALARM_PERIOD_STEP
            problem = f"must be a multiple of {limits.ALARM_PERIOD_STEP} seconds, got {period}"
            return [Violation("MO001", f"{group}(period=)", problem, f"pass {nearest}")]
        longest = limits.ALARM_RANGE if period < _HOUR else limits.ALARM_LONG_RANGE
        most = Limit(1, longest.high // period, "periods", longest.source)
        faults = number_faults(group, [("evaluation_periods", self.evaluation_periods, most)])
        if faults:
            return faults
        some = Limit(1, self.evaluation_periods, "periods", "CloudWatch API reference (doc), DatapointsToAlarm")
        return number_faults(
            group, [("datapoints_to_alarm", self.datapoints_to_alarm, some)], optional=("datapoints_to_alarm",)
        )

    @property
    def at_least_value(self) -> int:
        """
        The smallest value that counts; seconds where a duration was given.
        """
        value: int = seconds_of(self.at_least)
        return value

    @property
    def period_seconds(self) -> int:
        """
        The length of a period in seconds.
        """
        seconds: int = seconds_of(self.period)
        return seconds


# A threshold that somebody wrote is another object than these: so an alarm that was asked for can be told from one that
# is there by default, and only the first is missed where a trigger has nothing to watch.
_ONCE: Final = Threshold()
_FOR_A_QUARTER_OF_AN_HOUR: Final = Threshold(evaluation_periods=3)
_SIX_HOURS_OLD: Final = Threshold(at_least=timedelta(hours=6))
_DEFAULTS: Final = (_ONCE, _FOR_A_QUARTER_OF_AN_HOUR, _SIX_HOURS_OLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOptions:
    """
    Which alarms a trigger gets, and when each goes off; None leaves one out.

    What a trigger does not have is not watched: a pipe that delivers directly has no function, and one without a
    dead-letter queue no depth. A threshold that is given for it all the same is an error.

    Attributes:
        failed: Executions that failed. Default: one in 5 minutes. With a retry left nothing is lost yet, but without a
            dead-letter queue this is the only trace of what is.
        partially_failed: Executions of which some records failed. Default: one in 5 minutes, as above.
        throttled: Executions that were throttled. Default: in each of three periods of 5 minutes; a throttled execution
            is tried again, so that a short burst heals by itself.
        timed_out: Executions that timed out. Default: one in 5 minutes.
        dead_letter_depth: Messages in the dead-letter queue. Default: one. Each stands for records that nobody will
            deliver any more, unless they are redriven.
        dead_letter_age: Age of the oldest dead letter. Default: 6 hours. With the default `FailureHandling` a record is
            given up after at most 12 of the stream's 24 hours; half of what is left is gone by then. A message that was
            received three times or more counts no longer, so the depth is what tells whether the queue is empty.
        dead_letters_published: Messages published to a dead-letter topic. Default: one in 5 minutes.
        function_errors: Invocations that ended in an error. Default: one in 5 minutes.
        function_throttles: Invocations that were throttled. Default: in each of three periods of 5 minutes, as above.
        staleness: How long the pipe may process nothing; only the owner of a table knows how often it changes, so the
            default is no alarm. Whole minutes up to a day, whole hours up to seven days. This is the one alarm that
            finds a pipe that was stopped, or that Pipes disabled after nearly continuous errors: such a pipe fails no
            more.
        name_prefix: Name the alarms `<prefix>-failed` and so on; the default leaves the names to CloudFormation.

    Raises:
        ConfigurationError: A value is out of its range, or of another type.

    Example:
        >>> options = AlarmOptions(function_errors=None, staleness=timedelta(hours=1))
        >>> options.failed
        Threshold(at_least=1, period=datetime.timedelta(seconds=300), evaluation_periods=1, datapoints_to_alarm=None)
        >>> options.staleness_threshold.evaluation_periods
        12
    """

    failed: Threshold | None = _ONCE
    partially_failed: Threshold | None = _ONCE
    throttled: Threshold | None = _FOR_A_QUARTER_OF_AN_HOUR
    timed_out: Threshold | None = _ONCE
    dead_letter_depth: Threshold | None = _ONCE
    dead_letter_age: Threshold | None = _SIX_HOURS_OLD
    dead_letters_published: Threshold | None = _ONCE
    function_errors: Threshold | None = _ONCE
    function_throttles: Threshold | None = _FOR_A_QUARTER_OF_AN_HOUR
    staleness: Seconds | None = None
    name_prefix: str | None = None

    def __post_init__(self) -> None:
        faults = []
        for name in (field.name for field in fields(self)[:-2]):
            value: Any = getattr(self, name)
            if not isinstance(value, Threshold | None):
                problem = f"must be a Threshold or None, got {value!r}"
                faults.append(Violation("MO002", f"{_GROUP}({name}=)", problem, "pass Threshold(at_least=...)"))
        faults += self._staleness_faults()
        faults += self._name_faults()
        if faults:
            raise ConfigurationError(faults)

    def _staleness_faults(self) -> list[Violation]:
        seconds = None if self.staleness is None else seconds_of(self.staleness)
        longest = Limit(limits.ALARM_RANGE.low, limits.ALARM_LONG_RANGE.high, "seconds", limits.ALARM_LONG_RANGE.source)
        faults = number_faults(_GROUP, [("staleness", seconds, longest)], optional=("staleness",))
        if faults or seconds is None:
            return faults
        if is_number_token(seconds):
            problem = "is a token, which cannot be cut into periods before it is deployed"
            return [Violation("MO003", f"{_GROUP}(staleness=)", problem, "pass a number or a duration")]
        step = limits.ALARM_PERIOD_STEP if seconds <= limits.ALARM_RANGE.high else _HOUR
        if not seconds % step:
            return []
        problem = f"must be whole minutes up to a day and whole hours up to seven days, got {seconds} seconds"
        return [Violation("MO003", f"{_GROUP}(staleness=)", problem, f"pass {-(-seconds // step) * step}")]

    def _name_faults(self) -> list[Violation]:
        prefix: Any = self.name_prefix
        if prefix is None or (isinstance(prefix, str) and is_token(prefix)):
            return []
        if not isinstance(prefix, str) or not prefix:
            problem = f"must be text, got {prefix!r}"
            return [Violation("MO004", f"{_GROUP}(name_prefix=)", problem, "pass a prefix, or leave it out")]
        longest = max(len(kind.alarm_name(prefix)) for kind in ALARM_KINDS) - len(prefix)
        room = Limit(1, limits.ALARM_NAME_LENGTH.high - longest, "characters", limits.ALARM_NAME_LENGTH.source)
        return number_faults(_GROUP, [("name_prefix", len(prefix), room)])

    def threshold(self, kind: AlarmKind) -> Threshold | None:
        """
        Tell when an alarm goes off; None where it is left out.
        """
        threshold: Threshold | None = getattr(self, kind.name)
        return self.staleness_threshold if kind.name == "staleness" else threshold

    def asks_for(self, kind: AlarmKind) -> bool:
        """
        Say whether somebody gave a threshold for an alarm, so that it is not one of the defaults.
        """
        threshold = self.threshold(kind)
        return threshold is not None and not any(threshold is default for default in _DEFAULTS)

    @property
    def staleness_threshold(self) -> Threshold | None:
        """
        The periods that `staleness` is cut into; None where it is not watched.
        """
        if self.staleness is None:
            return None
        seconds = seconds_of(self.staleness)
        # Where data are missing CloudWatch looks some periods further back than it is told to, so that one long period
        # would alarm days late.
        if seconds > limits.ALARM_RANGE.high:
            period = _HOUR
        else:
            period = _STALENESS_STEP if seconds % _STALENESS_STEP == 0 else limits.ALARM_PERIOD_STEP
        return Threshold(period=period, evaluation_periods=seconds // period)
