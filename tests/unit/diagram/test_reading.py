"""
What is read out of templates: the parts of a trigger, by the names that people know them by.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.diagram import Kind, Node, Trigger, read_diagram
from pipes_trigger.errors import FilterPatternError, PipeSpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    Template = dict[str, Any]

STATE_MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:ship"


def only(template: Template, **others: Template) -> Trigger:
    """
    Read the one trigger of a template.
    """
    ((trigger,),) = [stack.triggers for stack in read_diagram({"Shop": template, **others}).stacks]
    return trigger


def with_function(
    template: Template, *statements: dict[str, Any], target: str = "Function", **more: dict[str, Any]
) -> Template:
    """
    Put a function between the pipe and what it may start.
    """
    policies = [{"PolicyName": "Own", "PolicyDocument": {"Statement": list(statements)}}]
    resources = template["Resources"]
    resources["Role"] = {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}
    properties = {"Handler": "app.handler", "Runtime": "python3.12", "Role": {"Fn::GetAtt": ["Role", "Arn"]}}
    resources["Function"] = {"Type": "AWS::Lambda::Function", "Properties": properties}
    resources["Pipe"]["Properties"]["Target"] = {"Fn::GetAtt": [target, "Arn"]}
    resources |= more
    return template


def allow(action: str | list[str], resource: Any, effect: str = "Allow") -> dict[str, Any]:
    """
    Make a statement.
    """
    return {"Effect": effect, "Action": action, "Resource": resource}


def said(nodes: tuple[Node, ...]) -> list[tuple[str, str]]:
    """
    Say what nodes are and what they are called.
    """
    return [(node.noun, node.name) for node in nodes]


def test_a_pipe_that_delivers_itself(one_pipe: Callable[..., Template]) -> None:
    """
    Without a function the downstream is the pipe's own target.
    """
    trigger = only(one_pipe())

    assert trigger.target is None
    assert [node.text for node in trigger.downstream] == ["SNS topic Events (delivered by the pipe itself)"]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (STATE_MACHINE, ("state machine", "ship")),
        ("arn:aws:events:eu-west-1:111122223333:event-bus/orders", ("event bus", "orders")),
        ({"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:inbox"}, ("SQS queue", "inbox")),
        ({"Ref": "Unknown"}, ("target", "Unknown")),
        ({"Fn::ImportValue": "Other:ExportedTopic"}, ("target", "ExportedTopic")),
        ({"Fn::If": ["Dev", "a", "b"]}, ("target", "...")),
        ("arn:aws:glue:eu-west-1:111122223333:job/clean", ("glue", "clean")),
    ],
)
def test_targets_that_the_template_has_not(
    one_pipe: Callable[..., Template], target: Any, name: tuple[str, str]
) -> None:
    """
    What an ARN says is enough, and what cannot be known is not made up.
    """
    template = one_pipe()
    template["Resources"]["Pipe"]["Properties"]["Target"] = target

    assert said(only(template).downstream) == [name]


def test_a_function_of_another_stack(one_pipe: Callable[..., Template]) -> None:
    """
    Its name is told by its ARN; what it may start is not known.
    """
    template = one_pipe()
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:notify:live"
    template["Resources"]["Pipe"]["Properties"]["Target"] = arn
    trigger = only(template)

    assert trigger.target is not None
    assert (trigger.target.noun, trigger.target.name, trigger.downstream) == ("Lambda function", "notify", ())


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (allow("sns:Publish", {"Ref": "Events"}), [("SNS topic", "Events")]),
        (allow(["sns:*", "logs:*"], {"Ref": "Events"}), [("SNS topic", "Events")]),
        (allow("states:StartExecution", STATE_MACHINE), [("state machine", "ship")]),
        (
            allow("codebuild:StartBuild", {"Fn::GetAtt": ["Project", "Arn"]}),
            [("CodeBuild project", "Project")],
        ),
        (allow("events:PutEvents", ["*"]), [("event bus", "any")]),
        (allow("sqs:SendMessage", {"Ref": "QueueArn"}), [("SQS queue", "QueueArn")]),
        (allow("*", "*"), [("anything", "any")]),
        (allow("sns:Publish", {"Ref": "Events"}, effect="Deny"), []),
        (allow("sns:Subscribe", {"Ref": "Events"}), []),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, []),
    ],
)
def test_downstream_is_what_the_role_allows(
    one_pipe: Callable[..., Template], statement: dict[str, Any], names: list[tuple[str, str]]
) -> None:
    """
    Every action that starts something is followed to what it may start; what only forbids or reads is no downstream.
    """
    template = with_function(one_pipe(), statement, Project={"Type": "AWS::CodeBuild::Project"})

    assert said(only(template).downstream) == names


def test_an_alias_runs_with_the_role_of_its_function(one_pipe: Callable[..., Template]) -> None:
    """
    The downstream of an alias is that of its function, and so are its alarms.
    """
    alias = {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}, "Name": "live"}}
    template = with_function(one_pipe(), allow("sns:Publish", {"Ref": "Events"}), target="Live", Live=alias)
    template["Resources"]["Alarm"] = alarm("FunctionName", {"Ref": "Function"}, MetricName="Errors")
    template["Resources"]["Pipe"]["Properties"]["Target"] = {"Ref": "Live"}
    trigger = only(template)

    assert trigger.target is not None
    assert trigger.target.noun == "Lambda function"
    assert said(trigger.downstream) == [("SNS topic", "Events")]
    assert trigger.alarms is not None
    assert trigger.alarms.lines == ("function: errors above 0",)


def test_a_topic_that_several_start_says_how(one_pipe: Callable[..., Template]) -> None:
    """
    A shared box says of each way to it.
    """
    template = one_pipe()
    direct = template["Resources"]["Pipe"]
    template["Resources"]["Direct"] = {**direct, "Properties": {**direct["Properties"]}}
    template = with_function(template, allow("sns:Publish", {"Ref": "Events"}))
    (stack,) = read_diagram({"Shop": template}).stacks

    downstream = {node for trigger in stack.triggers for node in trigger.downstream}
    assert [node.lines for node in downstream] == [("sns:Publish", "delivered by the pipe itself")]


@pytest.mark.parametrize(
    ("parameters", "lines"),
    [
        ({"BatchSize": 1}, ("one record at a time", "3 retries within 1 h")),
        ({"MaximumBatchingWindowInSeconds": 90}, ("batches of 10 or 90 s", "3 retries within 1 h")),
        ({"ParallelizationFactor": 4}, ("batches of 10", "4 batches at once", "3 retries within 1 h")),
        ({"MaximumRetryAttempts": -1}, ("batches of 10", "retries within 1 h")),
        ({"MaximumRecordAgeInSeconds": -1}, ("batches of 10", "3 retries")),
        (
            {"MaximumRecordAgeInSeconds": -1, "MaximumRetryAttempts": -1, "StartingPosition": "TRIM_HORIZON"},
            ("batches of 10", "retries until the record expires", "from the oldest record"),
        ),
        (
            {"MaximumRetryAttempts": 1, "OnPartialBatchItemFailure": "AUTOMATIC_BISECT"},
            ("batches of 10", "1 retry within 1 h, bisecting"),
        ),
    ],
)
def test_a_pipe_says_how_it_reads(
    one_pipe: Callable[..., Template], parameters: dict[str, Any], lines: tuple[str, ...]
) -> None:
    """
    Batches, retries and where it begins, each in a few words.
    """
    template = one_pipe()
    template["Resources"]["Pipe"]["Properties"]["SourceParameters"]["DynamoDBStreamParameters"] |= parameters

    assert only(template).pipe.lines == lines


def test_a_stopped_pipe_says_so(one_pipe: Callable[..., Template]) -> None:
    """
    A pipe that is deployed stopped is not drawn as if it ran.
    """
    assert only(one_pipe(DesiredState="STOPPED")).pipe.lines[-1] == "STOPPED"


def test_no_filter_and_many(one_pipe: Callable[..., Template]) -> None:
    """
    Without filters everything passes; of several, the words say that one is enough.
    """
    inserts, removes = {"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}

    assert only(one_pipe()).filter.text == "no filter (every change)"
    assert only(one_pipe(inserts, removes)).filter.text == "2 filters (every INSERT; or every REMOVE)"


def test_an_enrichment_and_a_dead_letter_topic(one_pipe: Callable[..., Template]) -> None:
    """
    Both are drawn as what they are.
    """
    dead = "arn:aws:sns:eu-west-1:111122223333:given-up"
    trigger = only(one_pipe(dead_letter=dead, Enrichment=STATE_MACHINE))

    assert trigger.enrichment is not None
    assert trigger.dead_letter is not None
    assert trigger.enrichment.text == "enrichment by state machine ship"
    assert trigger.dead_letter.text == "dead-letter topic given-up"
    assert [node.kind for node in trigger.nodes] == [
        Kind.TABLE,
        Kind.FILTER,
        Kind.PIPE,
        Kind.ENRICHMENT,
        Kind.DOWNSTREAM,
        Kind.DEAD_LETTER,
    ]


def alarm(dimension: str, value: Any, **more: Any) -> dict[str, Any]:
    """
    Make an alarm.
    """
    dimensions = [{"Name": dimension, "Value": value}]
    properties: dict[str, Any] = {"MetricName": "ExecutionFailed", "Dimensions": dimensions}
    properties |= {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties | more}


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (alarm("PipeName", "orders"), "pipe: execution failed above 0"),
        (alarm("PipeName", {"Ref": "Pipe"}), "pipe: execution failed above 0"),
        (alarm("FunctionName", {"Ref": "Function"}, MetricName="Errors"), "function: errors above 0"),
        (
            alarm("QueueName", {"Fn::GetAtt": ["Dead", "QueueName"]}, Threshold=1.0),
            "dead-letter queue: execution failed above 1",
        ),
        (alarm("QueueName", "dead", ComparisonOperator="Other"), "dead-letter queue: execution failed"),
        (
            alarm(
                "X",
                "x",
                MetricName=None,
                Metrics=[
                    {"Id": "a", "Expression": "b / 2"},
                    {
                        "Id": "b",
                        "MetricStat": {
                            "Metric": {
                                "MetricName": "Throttles",
                                "Dimensions": [{"Name": "PipeName", "Value": "orders"}],
                            }
                        },
                    },
                ],
            ),
            "pipe: throttles above 0",
        ),
        (alarm("PipeName", "payments"), None),
        (alarm("PipeName", "orders", Dimensions={"Fn::If": ["Dev", [], []]}), None),
        (alarm("TopicName", "orders"), None),
    ],
)
def test_alarms_are_those_that_watch_a_part(
    one_pipe: Callable[..., Template], found: dict[str, Any], line: str | None
) -> None:
    """
    An alarm belongs to a trigger whose pipe, function or dead-letter queue its dimension names.
    """
    template = one_pipe(name="orders", dead_letter={"Fn::GetAtt": ["Dead", "Arn"]})
    dead = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}}
    template = with_function(template, Dead=dead, Alarm=found)
    alarms = only(template).alarms

    assert (None if alarms is None else alarms.lines) == (None if line is None else (line,))


def test_a_table_that_another_stack_tells_of(one_pipe: Callable[..., Template]) -> None:
    """
    A stream's ARN in SSM, or exported, is followed to the table; where it cannot be, its parameter's name is known.
    """
    template = one_pipe()
    del template["Resources"]["Orders"]
    template["Resources"]["Pipe"]["Properties"]["Source"] = {"Ref": "Stream"}
    template["Parameters"] = {"Stream": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "stream_of_orders"}}
    value = {"Fn::GetAtt": ["Made", "StreamArn"]}
    made = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}
    told = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "stream_of_orders", "Value": value}}
    ssm = {"Resources": {"Made": made, "Told": told}}

    assert only(template).table.name == "stream_of_orders"
    assert only(template, Base=ssm).table.name == "orders"
    template["Resources"]["Pipe"]["Properties"]["Source"] = {"Fn::ImportValue": "Base:Stream"}
    exported = {**ssm, "Outputs": {"Out": {"Value": value, "Export": {"Name": "Base:Stream"}}}}
    assert only(template, Base=exported).table.name == "orders"


def test_values_that_lead_in_a_circle_end(one_pipe: Callable[..., Template]) -> None:
    """
    An export that imports itself is not followed for ever.
    """
    template = one_pipe()
    template["Resources"]["Pipe"]["Properties"]["Source"] = {"Fn::ImportValue": "X"}
    template["Outputs"] = {"Out": {"Value": {"Fn::ImportValue": "X"}, "Export": {"Name": "X"}}}

    assert only(template).table.name == "X"


@pytest.mark.parametrize(
    "kind", ["DynamoDB::Table", "Lambda::Function", "IAM::Role", "CloudWatch::Alarm", "SSM::Parameter"]
)
@pytest.mark.parametrize("properties", [None, [], "text", {"Ref": "AWS::NoValue"}])
def test_what_has_no_properties_is_no_crash(one_pipe: Callable[..., Template], kind: str, properties: Any) -> None:
    """
    A resource that is nothing but a type has a name all the same.
    """
    template = one_pipe()
    template["Resources"]["Events"] = {"Type": f"AWS::{kind}", "Properties": properties}

    assert "Events" in only(template).text


def test_triggers_of_one_table_stand_side_by_side(twenty: dict[str, Any]) -> None:
    """
    However the template mixes them, and in its order otherwise.
    """
    mixed = dict(sorted(twenty["Resources"].items(), key=lambda pair: pair[0][::-1]))
    (stack,) = read_diagram({"Shop": {"Resources": mixed}}).stacks
    tables = [trigger.table.name for trigger in stack.triggers]
    changes = [one for one, other in pairwise(["", *tables]) if one != other]

    assert (len(stack.triggers), len(changes)) == (20, 6)


def test_only_the_stacks_that_are_asked_for(one_pipe: Callable[..., Template]) -> None:
    """
    The others are read for what they tell, and not drawn.
    """
    diagram = read_diagram({"One": one_pipe(), "Two": one_pipe(), "Bare": {"Resources": {}}}, only={"Two", "Bare"})

    assert diagram.title == "1 trigger of Two"


def test_a_pipe_that_cannot_be_read_is_an_error(one_pipe: Callable[..., Template]) -> None:
    """
    A wrong picture would be worse than none.
    """
    with pytest.raises(FilterPatternError, match="must be a list"):
        read_diagram({"Shop": one_pipe({"eventName": "INSERT"})})
    template = one_pipe()
    del template["Resources"]["Pipe"]["Properties"]["Target"]
    with pytest.raises(PipeSpecError, match="Target: must be an ARN, got None"):
        read_diagram({"Shop": template})
