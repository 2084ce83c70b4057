"""
A trigger on a dashboard: what comes in, what fails, how long it takes, the function, and what was given up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aws_cdk.aws_cloudwatch import Dashboard, GraphWidget, TextWidget

from pipes_trigger import limits
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.monitoring import metrics

if TYPE_CHECKING:
    from aws_cdk.aws_cloudwatch import IWidget, Metric

    from pipes_trigger.monitoring.metrics import MetricFact
    from pipes_trigger.monitoring.watched import Watched

_ID: Final = "Dashboard"
_WIDTH: Final = 24  # CloudWatch's grid
_HEIGHT: Final = 6
_NAME: Final = re.compile(limits.DASHBOARD_NAME_CHARACTERS)


def build_dashboard(watched: Watched, name: str | None) -> Dashboard:
    """
    Build a dashboard with one trigger on it.

    Args:
        watched: The trigger's parts.
        name: The dashboard's name; None leaves it to CloudFormation.

    Raises:
        ConfigurationError: CloudWatch would refuse the name, or the trigger has its dashboard already.
    """
    faults = _name_faults(name)
    if watched.trigger.node.try_find_child(_ID) is not None:
        problem = "the trigger has its dashboard already"
        faults.append(Violation("MO009", "add_dashboard", problem, "call it once, and keep what it returns"))
    if faults:
        raise ConfigurationError(faults)
    dashboard = Dashboard(watched.trigger, _ID, dashboard_name=name)
    fill_dashboard(watched, dashboard)
    return dashboard


def fill_dashboard(watched: Watched, dashboard: Dashboard) -> None:
    """
    Put a trigger below what a dashboard shows already.
    """
    dashboard.add_widgets(TextWidget(markdown=f"## {watched.pipe_name}", width=_WIDTH, height=1))
    for row in (_pipe_row(watched), _parts_row(watched)):
        if row:
            width = _WIDTH // len(row)
            dashboard.add_widgets(*(_graph(width=width, **widget) for widget in row))


def _graph(*, title: str, left: list[Metric], right: list[Metric] | None = None, width: int) -> IWidget:
    return GraphWidget(title=title, left=left, right=right or [], width=width, height=_HEIGHT)


def _pipe_row(watched: Watched) -> list[dict[str, Any]]:
    failures = (
        metrics.EXECUTION_FAILED,
        metrics.EXECUTION_PARTIALLY_FAILED,
        metrics.EXECUTION_THROTTLED,
        metrics.EXECUTION_TIMED_OUT,
    )
    return [
        {"title": "Events in", "left": [watched.metric(metrics.EVENT_COUNT)]},
        {"title": "Failures", "left": [watched.metric(fact) for fact in failures]},
        {"title": "Duration", "left": _mean_and_worst(watched, metrics.DURATION)},
    ]


def _parts_row(watched: Watched) -> list[dict[str, Any]]:
    row = []
    if watched.function is not None:
        failures = [watched.metric(fact) for fact in (metrics.FUNCTION_ERRORS, metrics.FUNCTION_THROTTLES)]
        duration = _mean_and_worst(watched, metrics.FUNCTION_DURATION)
        row.append({"title": "Function", "left": failures, "right": duration})
    if watched.dead_letter_queue is not None:
        depth, age = watched.metric(metrics.DEAD_LETTER_DEPTH), watched.metric(metrics.DEAD_LETTER_AGE)
        row.append({"title": "Dead letters", "left": [depth], "right": [age]})
    if watched.dead_letter_topic is not None:
        row.append({"title": "Dead letters", "left": [watched.metric(metrics.DEAD_LETTERS_PUBLISHED)]})
    return row


def _mean_and_worst(watched: Watched, fact: MetricFact) -> list[Metric]:
    return [
        watched.metric(fact, {"statistic": statistic, "label": f"{fact.name} ({statistic.lower()})"})
        for statistic in ("Average", "Maximum")
    ]


def _name_faults(name: Any) -> list[Violation]:
    if name is None or (isinstance(name, str) and (is_token(name) or _is_dashboard_name(name))):
        return []
    problem = f"must be {limits.DASHBOARD_NAME_LENGTH} (letters, digits, - and _), got {name!r}"
    return [Violation("MO011", "add_dashboard(name=)", problem, "pass such a name, or leave it out")]


def _is_dashboard_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and limits.DASHBOARD_NAME_LENGTH.allows(len(name))
