"""
The metrics, the alarms and the dashboard of a trigger, as methods that load CDK's CloudWatch when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from pipes_trigger.monitoring import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.aws_cloudwatch import Dashboard, Metric, Unit
    from aws_cdk.aws_sns import ITopic

    from pipes_trigger.monitoring.alarms import TriggerAlarms
    from pipes_trigger.monitoring.metrics import MetricFact
    from pipes_trigger.monitoring.options import AlarmOptions
    from pipes_trigger.monitoring.watched import Watched
    from pipes_trigger.options.durations import Seconds


class MetricOptions(TypedDict, total=False):
    """
    The keywords of CDK's `MetricOptions`; a period may be whole seconds, a `timedelta` or CDK's `Duration`.
    """

    account: str
    color: str
    dimensions_map: Mapping[str, str]
    id: str
    label: str
    period: Seconds
    region: str
    stack_account: str
    stack_region: str
    statistic: str
    unit: Unit
    visible: bool


class MonitoredTrigger:
    """
    What can be seen of a trigger in CloudWatch. `docs/MONITORING.md` says what each metric tells, and what none does.

    A construct that inherits this has the attributes `pipe_name`, `function` (None where the pipe delivers directly),
    `dead_letter_queue` (None where there is none) and, where dead letters go to a topic, `dead_letter_topic`. Nothing
    is loaded or built before a method is called.

    Each `metric_...` takes the keywords of CDK's `MetricOptions` and raises a `ConfigurationError` where the trigger
    has nothing that publishes it. The default period is CDK's, 5 minutes.

    Example:
        ```python
        trigger.metric_execution_failed(period=timedelta(minutes=1))
        trigger.add_alarms(topic)
        trigger.add_dashboard("orders")
        ```
    """

    def metric(self, name: str, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give a metric of the pipe by its name in CloudWatch, such as `TargetStageFailed`.

        Raises:
            ConfigurationError: No page tells of such a metric of a pipe.
        """
        return self._watched.pipe_metric(name, options)

    def metric_event_count(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many records the pipe has processed; a sum.
        """
        return self._metric(metrics.EVENT_COUNT, options)

    def metric_duration(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how long an execution took, in milliseconds; an average.
        """
        return self._metric(metrics.DURATION, options)

    def metric_execution_failed(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many executions failed; a sum.
        """
        return self._metric(metrics.EXECUTION_FAILED, options)

    def metric_execution_partially_failed(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give of how many executions some records failed; a sum.
        """
        return self._metric(metrics.EXECUTION_PARTIALLY_FAILED, options)

    def metric_execution_throttled(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many executions were throttled; a sum.
        """
        return self._metric(metrics.EXECUTION_THROTTLED, options)

    def metric_execution_timed_out(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many executions timed out (`ExecutionTimeout`); a sum.
        """
        return self._metric(metrics.EXECUTION_TIMED_OUT, options)

    def metric_function_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many invocations of the function ended in an error; a sum.
        """
        return self._metric(metrics.FUNCTION_ERRORS, options)

    def metric_function_throttles(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many invocations of the function were throttled; a sum.
        """
        return self._metric(metrics.FUNCTION_THROTTLES, options)

    def metric_function_duration(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how long an invocation of the function took, in milliseconds; an average.
        """
        return self._metric(metrics.FUNCTION_DURATION, options)

    def metric_dead_letter_depth(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many messages of the dead-letter queue can be received; a maximum.
        """
        return self._metric(metrics.DEAD_LETTER_DEPTH, options)

    def metric_dead_letter_age(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give the age of the oldest dead letter that was received less than three times, in seconds; a maximum.
        """
        return self._metric(metrics.DEAD_LETTER_AGE, options)

    def metric_dead_letters_published(self, **options: Unpack[MetricOptions]) -> Metric:
        """
        Give how many messages were published to the dead-letter topic; a sum.
        """
        return self._metric(metrics.DEAD_LETTERS_PUBLISHED, options)

    def add_alarms(self, topic: ITopic | None = None, *, options: AlarmOptions | None = None) -> TriggerAlarms:
        """
        Add the alarms of this trigger: what failed, what was given up, and, where asked for, that nothing happens.

        Args:
            topic: Is told when an alarm goes off and when it is over. Its policy, and its key's where it has a customer
                key, get a statement for the alarms of this account.
            options: Which alarms, and when each goes off; the default is `AlarmOptions()`.

        Raises:
            ConfigurationError: An alarm that was asked for has nothing to watch, the topic cannot be told, or there are
                alarms already; every fault at once.
        """
        from pipes_trigger.monitoring.alarms import build_alarms  # noqa: PLC0415 - costs what nobody asked for

        return build_alarms(self._watched, topic, options)

    def add_dashboard(self, name: str | None = None) -> Dashboard:
        """
        Add a dashboard: events in, failures, durations, the function, dead letters.

        Args:
            name: At most 255 letters, digits, `-` and `_`; None leaves it to CloudFormation.

        Raises:
            ConfigurationError: CloudWatch would refuse the name, or the trigger has its dashboard already.
        """
        from pipes_trigger.monitoring.dashboards import build_dashboard  # noqa: PLC0415 - as above

        return build_dashboard(self._watched, name)

    def add_to_dashboard(self, dashboard: Dashboard) -> None:
        """
        Put this trigger below what a dashboard shows already; several triggers can share one.
        """
        from pipes_trigger.monitoring.dashboards import fill_dashboard  # noqa: PLC0415 - as above

        fill_dashboard(self._watched, dashboard)

    def _metric(self, fact: MetricFact, options: Mapping[str, Any]) -> Metric:
        return self._watched.metric(fact, options)

    @property
    def _watched(self) -> Watched:
        from pipes_trigger.monitoring.watched import Watched  # noqa: PLC0415 - as above

        # The attributes are the construct's to declare, more narrowly than could be said here.
        trigger: Any = self
        return Watched(
            trigger=trigger,
            pipe_name=trigger.pipe_name,
            function=trigger.function,
            dead_letter_queue=trigger.dead_letter_queue,
            dead_letter_topic=getattr(trigger, "dead_letter_topic", None),
        )
