"""
The metrics of a trigger's parts, as CDK's `Metric`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Metric

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.option_checks import seconds_of
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.monitoring import metrics
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.aws_lambda import IFunction
    from aws_cdk.aws_sns import ITopic
    from aws_cdk.aws_sqs import IQueue
    from constructs import Construct

    from pipes_trigger.monitoring.metrics import MetricFact

WHY_ABSENT = {
    "function": ("has no function: its pipe delivers directly", "watch the pipe's TargetStageFailed instead"),
    "dead_letter_queue": ("has no dead-letter queue", "give it one: FailureHandling(dead_letter='queue')"),
    "dead_letter_topic": ("has no dead-letter topic", "give it one: FailureHandling(dead_letter=topic)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    What of a trigger can be watched.

    Attributes:
        trigger: The construct, under which alarms and dashboards are built.
        pipe_name: The pipe's name, or a token of it.
        function: The function; None where the pipe delivers directly.
        dead_letter_queue: The queue of what was given up, where there is one.
        dead_letter_topic: The topic of what was given up, where there is one.
    """

    trigger: Construct
    pipe_name: str
    function: IFunction | None
    dead_letter_queue: IQueue | None
    dead_letter_topic: ITopic | None

    def has(self, fact: MetricFact) -> bool:
        """
        Say whether the trigger has what publishes a metric.
        """
        return fact.owner == "pipe" or getattr(self, fact.owner) is not None

    def metric(self, fact: MetricFact, options: Mapping[str, Any] | None = None) -> Metric:
        """
        Give a metric of the trigger.

        Args:
            fact: Which one.
            options: Keywords of CDK's `MetricOptions`; the period may be a number of seconds or a `timedelta`.

        Raises:
            ConfigurationError: The trigger has nothing that publishes it.
        """
        if not self.has(fact):
            problem, fix = WHY_ABSENT[fact.owner]
            raise ConfigurationError([Violation("MO005", f"metric {fact.name}", f"the trigger {problem}", fix)])
        asked: dict[str, Any] = {"statistic": fact.statistic, **(options or {})}
        seconds = seconds_of(asked.get("period"))
        if isinstance(seconds, int):
            asked["period"] = Duration.seconds(seconds)
        if fact.owner == "pipe":
            dimensions = {fact.dimension: self.pipe_name, **(asked.pop("dimensions_map", None) or {})}
            metric = Metric(namespace=fact.namespace, metric_name=fact.name, dimensions_map=dimensions, **asked)
            return metric.attach_to(self.trigger)
        # CDK knows that the metrics of an alias or a version have a dimension more.
        found: Metric = getattr(self, fact.owner).metric(fact.name, **asked)
        return found

    def pipe_metric(self, name: str, options: Mapping[str, Any]) -> Metric:
        """
        Give a metric of the pipe by its documented name.

        Raises:
            ConfigurationError: No page tells of such a metric by `PipeName`.
        """
        if name in metrics.PIPE_METRICS:
            return self.metric(metrics.PIPE_METRICS[name], options)
        problem = f"is documented for no pipe: {name!r}"
        fix = known_names(str(name), metrics.PIPE_METRICS)
        if name in metrics.ACCOUNT_METRICS:
            problem, fix = f"is a metric of the account, of no single pipe: {name!r}", "read it by AwsAccountId"
        raise ConfigurationError([Violation("MO006", "metric(name=)", problem, fix)])
