"""
Building a trigger's alarms, and letting them tell a topic.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, ArnFormat, Stack
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_iam import PolicyStatement
from constructs import Construct

from pipes_trigger import policies
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.monitoring.kinds import ALARM_KINDS
from pipes_trigger.monitoring.options import AlarmOptions
from pipes_trigger.monitoring.watched import WHY_ABSENT
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk.aws_sns import ITopic

    from pipes_trigger.monitoring.kinds import AlarmKind
    from pipes_trigger.monitoring.watched import Watched

_SCOPE = "Alarms"
_SERVICE = "cloudwatch.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerAlarms:
    """
    The alarms that were built, by what they watch; None where one was left out, or has nothing to watch.

    Iterating gives those that are there.
    """

    failed: Alarm | None = None
    partially_failed: Alarm | None = None
    throttled: Alarm | None = None
    timed_out: Alarm | None = None
    dead_letter_depth: Alarm | None = None
    dead_letter_age: Alarm | None = None
    dead_letters_published: Alarm | None = None
    function_errors: Alarm | None = None
    function_throttles: Alarm | None = None
    staleness: Alarm | None = None

    def __iter__(self) -> Iterator[Alarm]:
        alarms = (getattr(self, field.name) for field in fields(self))
        return (alarm for alarm in alarms if alarm is not None)


def build_alarms(watched: Watched, topic: ITopic | None, options: AlarmOptions | None) -> TriggerAlarms:
    """
    Build the alarms of a trigger.

    Args:
        watched: The trigger's parts.
        topic: Is told when an alarm goes off and when it is over; None: nobody is.
        options: Which alarms; None for the defaults.

    Raises:
        ConfigurationError: An alarm that was asked for has nothing to watch, the topic cannot be told, or there are
            alarms already; every fault at once.
    """
    _refuse(watched, topic, options)
    chosen = AlarmOptions() if options is None else options
    action = None
    if topic is not None:
        _let_alarms_publish(watched.trigger, topic)
        action = SnsAction(topic)
    scope = Construct(watched.trigger, _SCOPE)
    built = {}
    for kind in ALARM_KINDS:
        if not watched.has(kind.metric) or chosen.threshold(kind) is None:
            continue
        alarm = built[kind.name] = _alarm(scope, watched, kind, chosen)
        if action is not None:
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)
    return TriggerAlarms(**built)


def _refuse(watched: Watched, topic: Any, options: Any) -> None:
    faults = []
    if options is not None and not isinstance(options, AlarmOptions):
        problem = f"must be AlarmOptions or None, got {options!r}"
        faults.append(Violation("MO007", "add_alarms(options=)", problem, "pass AlarmOptions(...)"))
    else:
        for kind in ALARM_KINDS:
            if options is not None and options.asks_for(kind) and not watched.has(kind.metric):
                problem, _ = WHY_ABSENT[kind.metric.owner]
                path = f"AlarmOptions({kind.name}=)"
                faults.append(Violation("MO005", path, f"the trigger {problem}", "leave it out, or pass None"))
    faults += _topic_faults(topic)
    if watched.trigger.node.try_find_child(_SCOPE) is not None:
        problem = "the trigger has its alarms already"
        faults.append(Violation("MO009", "add_alarms", problem, "call it once, and keep what it returns"))
    if faults:
        raise ConfigurationError(faults)


def _topic_faults(topic: Any) -> list[Violation]:
    if topic is None:
        return []
    path = "add_alarms(topic=)"
    if not hasattr(topic, "topic_arn"):
        problem = f"must be an SNS topic or None, got {topic!r}"
        return [Violation("MO007", path, problem, "import the topic: Topic.from_topic_arn(...)")]
    key = topic.master_key
    # The text after a token is text: an alias' ARN ends in its name.
    if key is not None and key.key_arn.endswith("alias/aws/sns"):
        problem = "is encrypted with alias/aws/sns, a key of AWS that alarms may not use: nobody would be told"
        return [Violation("MO008", path, problem, "encrypt the topic with a customer key")]
    return []


def _alarm(scope: Construct, watched: Watched, kind: AlarmKind, options: AlarmOptions) -> Alarm:
    threshold = options.threshold(kind)
    # Those without one were passed over.
    assert threshold is not None  # noqa: S101 - for the type checker
    return Alarm(
        scope,
        kind.construct_id,
        metric=watched.metric(kind.metric, {"period": threshold.period}),
        threshold=threshold.at_least_value,
        evaluation_periods=threshold.evaluation_periods,
        datapoints_to_alarm=threshold.datapoints_to_alarm,
        comparison_operator=ComparisonOperator[kind.goes_off],
        treat_missing_data=TreatMissingData[kind.missing],
        alarm_description=f"The pipe {watched.pipe_name} {kind.says}",
        alarm_name=None if options.name_prefix is None else kind.alarm_name(options.name_prefix),
    )


def _let_alarms_publish(scope: Construct, topic: ITopic) -> None:
    """
    Let this account's alarms publish to a topic, and use its key.

    SNS's own policy lets them, but CDK replaces it by the first statement that anybody adds (`enforce_ssl=True` does),
    and then a topic is silent. A topic of another app keeps the policy that it has there.
    """
    stack = Stack.of(scope)
    alarms = stack.format_arn(
        service="cloudwatch", resource="alarm", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    # An alarm's name is CloudFormation's to choose, so that it is any of the account's alarms: no other service's, and
    # no other account's (the confused deputy).
    allowed = {
        "Principal": {"Service": _SERVICE},
        "Condition": {"ArnLike": {"aws:SourceArn": alarms}, "StringEquals": {"aws:SourceAccount": stack.account}},
    }
    topic.add_to_resource_policy(
        PolicyStatement.from_json({**policies.allow(["sns:Publish"], [topic.topic_arn]), **allowed})
    )
    key = topic.master_key
    if key is None:
        return
    # In a key's policy "*" is the key itself.
    use_key = {**policies.allow(["kms:Decrypt", "kms:GenerateDataKey"], ["*"]), **allowed}
    if not key.add_to_resource_policy(PolicyStatement.from_json(use_key)).statement_added:
        warning = Violation(
            "MO010",
            "add_alarms(topic=)",
            "is encrypted with a key whose policy is kept elsewhere: whether alarms may use it cannot be seen here",
            f"the key's policy needs at least {json.dumps(stack.resolve(use_key))}",
        )
        Annotations.of(scope).add_warning_v2(f"pipes-trigger:{warning.rule}", str(warning))
