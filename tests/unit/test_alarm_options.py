"""
Alarm options: defaults, ranges, and how a staleness is cut into periods.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.monitoring.kinds import ALARM_KINDS
from pipes_trigger.monitoring.metrics import ALL_METRICS
from pipes_trigger.monitoring.options import AlarmOptions, Threshold

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER_TOKEN: Any = -1.8881545897087529e289
STRING_TOKEN = "${Token[TOKEN.17]}"


def test_defaults() -> None:
    """
    What is lost alarms within 5 minutes, what heals by itself after 15, and an age while there is time to act.
    """
    seen = {}
    for kind in ALARM_KINDS:
        threshold = AlarmOptions().threshold(kind)
        seen[kind.name] = threshold and (
            threshold.at_least_value,
            threshold.period_seconds,
            threshold.evaluation_periods,
        )

    assert seen == {
        "failed": (1, 300, 1),
        "partially_failed": (1, 300, 1),
        "throttled": (1, 300, 3),
        "timed_out": (1, 300, 1),
        "dead_letter_depth": (1, 300, 1),
        "dead_letter_age": (21_600, 300, 1),
        "dead_letters_published": (1, 300, 1),
        "function_errors": (1, 300, 1),
        "function_throttles": (1, 300, 3),
        "staleness": None,
    }


def test_every_alarm_watches_a_documented_metric() -> None:
    """
    There is one alarm for each option, and what it watches is in the table of metrics.
    """
    assert [kind.name for kind in ALARM_KINDS] == [field.name for field in fields(AlarmOptions)][:-1]
    assert [kind.metric for kind in ALARM_KINDS if kind.metric not in ALL_METRICS] == []


def test_silence_is_a_fault_for_staleness_alone() -> None:
    """
    Where nothing is published nothing failed, but nothing was processed either.
    """
    assert {kind.name for kind in ALARM_KINDS if kind.missing == "BREACHING"} == {"staleness"}
    assert {kind.name for kind in ALARM_KINDS if kind.goes_off == "LESS_THAN_THRESHOLD"} == {"staleness"}


def test_only_what_was_given_is_asked_for() -> None:
    """
    A default is asked for by nobody, also where a threshold that equals it is.
    """
    defaults, asking = AlarmOptions(), AlarmOptions(failed=Threshold(), staleness=3600)

    assert [kind.name for kind in ALARM_KINDS if defaults.asks_for(kind)] == []
    assert [kind.name for kind in ALARM_KINDS if asking.asks_for(kind)] == ["failed", "staleness"]
    assert [kind.name for kind in ALARM_KINDS if replace(defaults, throttled=None).asks_for(kind)] == []


@pytest.mark.parametrize(
    ("staleness", "period", "periods"),
    [
        (60, 60, 1),
        (7 * 60, 60, 7),
        (timedelta(minutes=5), 300, 1),
        (timedelta(hours=1), 300, 12),
        (timedelta(days=1), 300, 288),
        (timedelta(hours=25), 3600, 25),
        (timedelta(days=7), 3600, 168),
    ],
)
def test_staleness_is_cut_into_short_periods(staleness: Any, period: int, periods: int) -> None:
    """
    Periods are as short as CloudWatch allows for the whole, but no shorter than 5 minutes where that divides it.
    """
    threshold = AlarmOptions(staleness=staleness).staleness_threshold

    assert threshold == Threshold(period=period, evaluation_periods=periods)


def test_options_cannot_be_changed() -> None:
    """
    A checked value stays checked.
    """
    with pytest.raises(FrozenInstanceError):
        AlarmOptions().failed = None  # type: ignore[misc]  # what a user would try


def test_tokens_pass_unchecked() -> None:
    """
    What CloudFormation knows only when it deploys cannot be checked now.
    """
    threshold = Threshold(at_least=NUMBER_TOKEN, period=NUMBER_TOKEN, evaluation_periods=2)

    assert (threshold.at_least_value, threshold.period_seconds) == (NUMBER_TOKEN, NUMBER_TOKEN)
    assert AlarmOptions(name_prefix=STRING_TOKEN * 20).name_prefix == STRING_TOKEN * 20


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Threshold(at_least=0, period=59),
            "2 faults in the trigger:\n"
            "  [OP001] Threshold(at_least=): must be 1 to 2147483647 counts or seconds, got 0; "
            "pass 1 to 2147483647 counts or seconds\n"
            "  [OP001] Threshold(period=): must be 60 to 86400 seconds, got 59; pass 60 to 86400 seconds",
        ),
        (
            lambda: Threshold(period=90),
            "[MO001] Threshold(period=): must be a multiple of 60 seconds, got 90; pass 120",
        ),
        (
            lambda: Threshold(evaluation_periods=289),
            "[OP001] Threshold(evaluation_periods=): must be 1 to 288 periods, got 289; pass 1 to 288 periods",
        ),
        (
            lambda: Threshold(period=timedelta(hours=2), evaluation_periods=85),
            "[OP001] Threshold(evaluation_periods=): must be 1 to 84 periods, got 85; pass 1 to 84 periods",
        ),
        (
            lambda: Threshold(evaluation_periods=3, datapoints_to_alarm=4),
            "[OP001] Threshold(datapoints_to_alarm=): must be 1 to 3 periods, got 4; pass 1 to 3 periods",
        ),
        (
            lambda: AlarmOptions(
                failed=5,  # type: ignore[arg-type]
                staleness=59,
                name_prefix="",
            ),
            "3 faults in the trigger:\n"
            "  [MO002] AlarmOptions(failed=): must be a Threshold or None, got 5; pass Threshold(at_least=...)\n"
            "  [OP001] AlarmOptions(staleness=): must be 60 to 604800 seconds, got 59; pass 60 to 604800 seconds\n"
            "  [MO004] AlarmOptions(name_prefix=): must be text, got ''; pass a prefix, or leave it out",
        ),
        (
            lambda: AlarmOptions(staleness=90),
            "[MO003] AlarmOptions(staleness=): must be whole minutes up to a day and whole hours up to seven days, "
            "got 90 seconds; pass 120",
        ),
        (
            lambda: AlarmOptions(staleness=86_460),
            "[MO003] AlarmOptions(staleness=): must be whole minutes up to a day and whole hours up to seven days, "
            "got 86460 seconds; pass 90000",
        ),
        (
            lambda: AlarmOptions(staleness=NUMBER_TOKEN),
            "[MO003] AlarmOptions(staleness=): is a token, which cannot be cut into periods before it is deployed; "
            "pass a number or a duration",
        ),
        (
            lambda: AlarmOptions(name_prefix="x" * 233),
            "[OP001] AlarmOptions(name_prefix=): must be 1 to 232 characters, got 233; pass 1 to 232 characters",
        ),
    ],
)
def test_values_that_cannot_be_are_refused_all_at_once(make: Callable[[], Any], message: str) -> None:
    """
    Name, range, unit and value, for every option that is wrong.
    """
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert str(caught.value) == message
