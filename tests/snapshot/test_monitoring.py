"""
Metrics, alarms and dashboards of real triggers, and of stand-ins for what the construct has no part of.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import ConfigurationError, DynamoDBStreamTrigger, FailureHandling
from pipes_trigger.monitoring.metrics import ALL_METRICS
from pipes_trigger.monitoring.monitored import MonitoredTrigger
from pipes_trigger.monitoring.options import AlarmOptions, Threshold

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk.aws_sns import ITopic
    from syrupy.assertion import SnapshotAssertion

    Synth = Callable[[Stack], dict[str, Any]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]
    StandIn = Callable[..., MonitoredTrigger]

ALARM = "AWS::CloudWatch::Alarm"
PIPE = "deployment-processor"


@pytest.fixture
def monitored(call: dict[str, Any], stack: Stack) -> DynamoDBStreamTrigger:
    """
    Return a trigger with every default.
    """
    return DynamoDBStreamTrigger(stack, **call)


@pytest.fixture
def stand_in(stack: Stack) -> StandIn:
    """
    Return a function that makes a trigger of nothing but the parts that it is given.
    """
    from constructs import Construct

    class _StandIn(MonitoredTrigger, Construct):
        def __init__(self, construct_id: str, **parts: Any) -> None:
            super().__init__(stack, construct_id)
            self.pipe_name = parts.pop("pipe_name", "orders")
            self.function = parts.pop("function", None)
            self.dead_letter_queue = parts.pop("dead_letter_queue", None)
            vars(self).update(parts)

    def _make(construct_id: str = "trigger", **parts: Any) -> MonitoredTrigger:
        return _StandIn(construct_id, **parts)

    return _make


def _dimensions(properties: dict[str, Any]) -> list[str]:
    return [dimension["Name"] for dimension in properties["Dimensions"]]


def _principals(policy: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(statement["Principal"], statement["Action"]) for statement in policy["Statement"]]


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    """
    The construct with what can be seen of it loads no more than the construct.
    """
    script = (
        "import sys; from pipes_trigger.construct import DynamoDBStreamTrigger;"
        "heavy = {'aws_cdk.aws_cloudwatch_actions', 'pipes_trigger.monitoring.watched'};"
        "print(DynamoDBStreamTrigger.metric_event_count.__name__, heavy & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert printed == "metric_event_count set()\n"


def test_minimal_alarms(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType, template_snapshot: SnapshotAssertion
) -> None:
    """
    A trigger without a dead-letter queue gets six alarms, which tell nobody.
    """
    alarms = DynamoDBStreamTrigger(stack, **call, failure_handling=FailureHandling.none()).add_alarms()
    template = synth(stack)

    assert {item["MetricName"] for item in of_type(template, ALARM)} == {
        *("ExecutionFailed", "ExecutionPartiallyFailed", "ExecutionThrottled", "ExecutionTimeout"),
        *("Errors", "Throttles"),
    }
    assert len(list(alarms)) == 6
    assert (alarms.dead_letter_depth, alarms.dead_letter_age, alarms.staleness) == (None, None, None)
    assert [item for item in of_type(template, ALARM) if "AlarmActions" in item or "OKActions" in item] == []
    assert _monitoring(template) == template_snapshot


def test_maximal_alarms_and_dashboard(
    stack: Stack, monitored: DynamoDBStreamTrigger, synth: Synth, of_type: OfType, template_snapshot: SnapshotAssertion
) -> None:
    """
    Every alarm, named, tells an encrypted topic, whose policy and key let this account's alarms in and nobody else.
    """
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_sns import Topic

    topic = Topic(stack, "Topic", master_key=Key(stack, "Key"), enforce_ssl=True)
    strict = Threshold(at_least=5, period=timedelta(minutes=1), evaluation_periods=5, datapoints_to_alarm=3)
    options = AlarmOptions(failed=strict, staleness=timedelta(hours=1), name_prefix="deployments")

    alarms = monitored.add_alarms(topic, options=options)
    monitored.add_dashboard("deployments")
    template = synth(stack)

    told = [{"Ref": "TopicBFC7AF6E"}]
    built = of_type(template, ALARM)
    assert len(built) == len(list(alarms)) == 9
    assert [(item["AlarmActions"], item["OKActions"]) for item in built] == [(told, told)] * 9
    assert [item["AlarmName"] for item in built if "Age" in item["MetricName"]] == ["deployments-dead-letter-age"]
    (staleness,) = (item for item in built if item["MetricName"] == "EventCount")
    assert (staleness["EvaluationPeriods"], staleness["Period"], staleness["Threshold"]) == (12, 300, 1)
    assert (staleness["ComparisonOperator"], staleness["TreatMissingData"]) == ("LessThanThreshold", "breaching")
    (topic_policy,), (key,) = of_type(template, "AWS::SNS::TopicPolicy"), of_type(template, "AWS::KMS::Key")
    alarm = {"Service": "cloudwatch.amazonaws.com"}
    assert _principals(topic_policy["PolicyDocument"])[1:] == [(alarm, "sns:Publish")]
    assert _principals(key["KeyPolicy"])[1:] == [(alarm, ["kms:Decrypt", "kms:GenerateDataKey"])]
    assert _monitoring(template) == template_snapshot


def _monitoring(template: dict[str, Any]) -> dict[str, Any]:
    """
    Leave out what other snapshots show: the trigger itself.
    """
    shown = ("AWS::CloudWatch::", "AWS::SNS::", "AWS::KMS::")
    return {name: item for name, item in template["Resources"].items() if item["Type"].startswith(shown)}


def test_every_alarm_watches_a_documented_metric(
    stack: Stack, stand_in: StandIn, monitored: DynamoDBStreamTrigger, synth: Synth, of_type: OfType
) -> None:
    """
    Namespace, name, statistic and dimension of every alarm are in the table, and none asks for a unit.
    """
    from aws_cdk.aws_sns import Topic

    monitored.add_alarms(options=AlarmOptions(staleness=3600))
    stand_in(dead_letter_topic=Topic(stack, "Topic")).add_alarms()
    built = of_type(synth(stack), ALARM)

    documented = {(fact.namespace, fact.name, fact.statistic, fact.dimension) for fact in ALL_METRICS}
    used = {(item["Namespace"], item["MetricName"], item["Statistic"], *_dimensions(item)) for item in built}
    assert used - documented == set()
    assert len(used) == 10
    assert [item for item in built if "Unit" in item] == []


def test_every_metric_of_a_trigger(monitored: DynamoDBStreamTrigger) -> None:
    """
    Each method gives the metric that its name says, and CDK's options reach it.
    """
    from aws_cdk import Duration

    given = {
        "event_count": monitored.metric_event_count(),
        "duration": monitored.metric_duration(statistic="p99"),
        "failed": monitored.metric_execution_failed(period=60),
        "partially_failed": monitored.metric_execution_partially_failed(period=timedelta(minutes=2)),
        "throttled": monitored.metric_execution_throttled(period=Duration.minutes(3)),
        "timed_out": monitored.metric_execution_timed_out(label="slow", color="#ff0000"),
        "function_errors": monitored.metric_function_errors(),
        "function_throttles": monitored.metric_function_throttles(),
        "function_duration": monitored.metric_function_duration(period=60),
        "depth": monitored.metric_dead_letter_depth(),
        "age": monitored.metric_dead_letter_age(),
        "named": monitored.metric("TargetStageFailed"),
    }

    assert {
        name: (metric.metric_name, metric.statistic, metric.period.to_seconds()) for name, metric in given.items()
    } == {
        "event_count": ("EventCount", "Sum", 300),
        "duration": ("Duration", "p99", 300),
        "failed": ("ExecutionFailed", "Sum", 60),
        "partially_failed": ("ExecutionPartiallyFailed", "Sum", 120),
        "throttled": ("ExecutionThrottled", "Sum", 180),
        "timed_out": ("ExecutionTimeout", "Sum", 300),
        "function_errors": ("Errors", "Sum", 300),
        "function_throttles": ("Throttles", "Sum", 300),
        "function_duration": ("Duration", "Average", 60),
        "depth": ("ApproximateNumberOfMessagesVisible", "Maximum", 300),
        "age": ("ApproximateAgeOfOldestMessage", "Maximum", 300),
        "named": ("TargetStageFailed", "Sum", 300),
    }
    assert given["event_count"].dimensions == {"PipeName": PIPE}
    assert (given["timed_out"].label, given["timed_out"].color) == ("slow", "#ff0000")


def test_an_alias_is_watched_as_the_alias(stack: Stack, stand_in: StandIn, monitored: DynamoDBStreamTrigger) -> None:
    """
    The metrics of an alias have its function and itself as dimensions.
    """
    from aws_cdk.aws_lambda import Alias, Function

    assert isinstance(monitored.function, Function)
    alias = Alias(stack, "Live", alias_name="live", version=monitored.function.current_version)

    metric = stand_in(function=alias).metric_function_errors()

    assert sorted(metric.dimensions or {}) == ["FunctionName", "Resource"]


def test_a_pipe_that_delivers_directly(stand_in: StandIn, stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    Without a function and a queue the pipe alone is watched, by a name that CloudFormation may make up.
    """
    from aws_cdk import CfnParameter

    name = CfnParameter(stack, "Name").value_as_string
    trigger = stand_in(pipe_name=name)
    trigger.add_alarms()
    trigger.add_dashboard()
    template = synth(stack)

    built = of_type(template, ALARM)
    assert {item["Namespace"] for item in built} == {"AWS/EventBridge/Pipes"}
    assert [item["Dimensions"] for item in built] == [[{"Name": "PipeName", "Value": {"Ref": "Name"}}]] * 4
    assert _widgets(template) == [["<token>"], ["Events in", "Failures", "Duration"]]


def _widgets(template: dict[str, Any]) -> list[list[str]]:
    """
    Read what a template's one dashboard shows, row by row.
    """
    (dashboard,) = (item for item in template["Resources"].values() if item["Type"] == "AWS::CloudWatch::Dashboard")
    body = dashboard["Properties"]["DashboardBody"]
    text = (
        body if isinstance(body, str) else "".join(x if isinstance(x, str) else "<token>" for x in body["Fn::Join"][1])
    )
    rows: dict[int, list[str]] = {}
    for widget in json.loads(text)["widgets"]:
        properties = widget["properties"]
        title = properties.get("title", properties.get("markdown", "")).removeprefix("## ")
        rows.setdefault(widget["y"], []).append(title)
    return list(rows.values())


def test_two_triggers_share_a_dashboard(
    stack: Stack, stand_in: StandIn, monitored: DynamoDBStreamTrigger, synth: Synth
) -> None:
    """
    The second stands below the first, each under its pipe's name.
    """
    from aws_cdk.aws_sns import Topic

    dashboard = monitored.add_dashboard()
    stand_in(dead_letter_topic=Topic(stack, "Topic")).add_to_dashboard(dashboard)

    assert _widgets(synth(stack)) == [
        [PIPE],
        ["Events in", "Failures", "Duration"],
        ["Function", "Dead letters"],
        ["orders"],
        ["Events in", "Failures", "Duration"],
        ["Dead letters"],
    ]


def test_two_triggers_share_a_topic(stack: Stack, stand_in: StandIn, synth: Synth, of_type: OfType) -> None:
    """
    The topic's policy says once what both need.
    """
    from aws_cdk.aws_sns import Topic

    topic = Topic(stack, "Topic")
    for name in ("one", "two"):
        stand_in(name, pipe_name=name).add_alarms(topic)
    (policy,) = of_type(synth(stack), "AWS::SNS::TopicPolicy")

    assert len(policy["PolicyDocument"]["Statement"]) == 1


def test_an_imported_topic_keeps_its_policy(stack: Stack, stand_in: StandIn, synth: Synth, of_type: OfType) -> None:
    """
    A topic of another app is told, and nothing is claimed about its policy.
    """
    from aws_cdk.aws_sns import Topic

    arn = "arn:aws:sns:eu-west-1:111122223333:operations"
    stand_in().add_alarms(Topic.from_topic_arn(stack, "Topic", arn))
    template = synth(stack)

    assert [item["AlarmActions"] for item in of_type(template, ALARM)] == [[arn]] * 4
    assert of_type(template, "AWS::SNS::TopicPolicy") == []


def test_a_key_that_is_kept_elsewhere_is_a_warning(stack: Stack, stand_in: StandIn) -> None:
    """
    Whether alarms may use an imported key cannot be seen: the statement that it needs is printed.
    """
    from aws_cdk.assertions import Annotations, Match
    from aws_cdk.aws_sns import Topic

    topic = Topic.from_topic_attributes(
        stack,
        "Topic",
        topic_arn="arn:aws:sns:eu-west-1:111122223333:operations",
        key_arn="arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012",
    )
    stand_in().add_alarms(topic)

    (warning,) = Annotations.from_stack(stack).find_warning("/Platform/trigger", Match.any_value())
    assert str(warning.entry.data) == (
        "[MO010] add_alarms(topic=): is encrypted with a key whose policy is kept elsewhere: whether alarms may use it "
        "cannot be seen here; the key's policy needs at least "
        '{"Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Effect": "Allow", "Resource": "*", '
        '"Principal": {"Service": "cloudwatch.amazonaws.com"}, "Condition": {"ArnLike": {"aws:SourceArn": '
        '{"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":cloudwatch:eu-west-1:111122223333:alarm:*"]]}}, '
        '"StringEquals": {"aws:SourceAccount": "111122223333"}}} [ack: pipes-trigger:MO010]'
    )


def _aws_managed(stack: Stack) -> ITopic:
    from aws_cdk.aws_kms import Alias
    from aws_cdk.aws_sns import Topic

    return Topic(stack, "Topic", master_key=Alias.from_alias_name(stack, "Key", "alias/aws/sns"))


def _metric(trigger: MonitoredTrigger, name: str) -> Any:
    return getattr(trigger, f"metric_{name}")()


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (
            lambda trigger, _: _metric(trigger, "function_errors"),
            "[MO005] metric Errors: the trigger has no function: its pipe delivers directly; "
            "watch the pipe's TargetStageFailed instead",
        ),
        (
            lambda trigger, _: _metric(trigger, "dead_letter_depth"),
            "[MO005] metric ApproximateNumberOfMessagesVisible: the trigger has no dead-letter queue; "
            "give it one: FailureHandling(dead_letter='queue')",
        ),
        (
            lambda trigger, _: _metric(trigger, "dead_letters_published"),
            "[MO005] metric NumberOfMessagesPublished: the trigger has no dead-letter topic; "
            "give it one: FailureHandling(dead_letter=topic)",
        ),
        (
            lambda trigger, _: trigger.metric("ExecutionsFailed"),
            "[MO006] metric(name=): is documented for no pipe: 'ExecutionsFailed'; did you mean 'ExecutionFailed'?",
        ),
        (
            lambda trigger, _: trigger.metric("Concurrency"),
            "[MO006] metric(name=): is a metric of the account, of no single pipe: 'Concurrency'; "
            "read it by AwsAccountId",
        ),
        (
            lambda trigger, _: trigger.add_alarms(
                "operations", options=AlarmOptions(function_errors=Threshold(), dead_letter_age=Threshold(at_least=60))
            ),
            "3 faults in the trigger:\n"
            "  [MO005] AlarmOptions(dead_letter_age=): the trigger has no dead-letter queue; "
            "leave it out, or pass None\n"
            "  [MO005] AlarmOptions(function_errors=): the trigger has no function: its pipe delivers directly; "
            "leave it out, or pass None\n"
            "  [MO007] add_alarms(topic=): must be an SNS topic or None, got 'operations'; "
            "import the topic: Topic.from_topic_arn(...)",
        ),
        (
            lambda trigger, _: trigger.add_alarms(options={"failed": 1}),
            "[MO007] add_alarms(options=): must be AlarmOptions or None, got {'failed': 1}; pass AlarmOptions(...)",
        ),
        (
            lambda trigger, stack: trigger.add_alarms(_aws_managed(stack)),
            "[MO008] add_alarms(topic=): is encrypted with alias/aws/sns, a key of AWS that alarms may not use: "
            "nobody would be told; encrypt the topic with a customer key",
        ),
        (
            lambda trigger, _: [trigger.add_alarms(), trigger.add_alarms()],
            "[MO009] add_alarms: the trigger has its alarms already; call it once, and keep what it returns",
        ),
        (
            lambda trigger, _: [trigger.add_dashboard(), trigger.add_dashboard("a b")],
            "2 faults in the trigger:\n"
            "  [MO011] add_dashboard(name=): must be 1 to 255 characters (letters, digits, - and _), got 'a b'; "
            "pass such a name, or leave it out\n"
            "  [MO009] add_dashboard: the trigger has its dashboard already; call it once, and keep what it returns",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    stack: Stack, stand_in: StandIn, do: Callable[[MonitoredTrigger, Stack], Any], message: str
) -> None:
    """
    Each fault is named with what to do about it.
    """
    with pytest.raises(ConfigurationError) as caught:
        do(stand_in(), stack)

    assert str(caught.value) == message


def test_a_refused_call_builds_nothing(stack: Stack, stand_in: StandIn, synth: Synth) -> None:
    """
    After a fault the same call can be made right.
    """
    trigger = stand_in()
    with pytest.raises(ConfigurationError):
        trigger.add_alarms(options=AlarmOptions(function_errors=Threshold()))

    assert synth(stack).get("Resources", {}) == {}
    assert len(list(trigger.add_alarms())) == 4
