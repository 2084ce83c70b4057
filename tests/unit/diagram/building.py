"""
Templates to draw, written by hand: one pipe with what a test is about, and a stack of twenty triggers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipes_trigger.diagram import read_diagram
from pipes_trigger.local.assembly import CloudAssembly

if TYPE_CHECKING:
    from pathlib import Path

    from pipes_trigger.diagram import Diagram

    Template = dict[str, Any]

STREAM = {"StartingPosition": "LATEST", "BatchSize": 10, "MaximumRetryAttempts": 3, "MaximumRecordAgeInSeconds": 3600}


def pipe(
    source: Any, target: Any, *filters: Any, name: str | None = None, dead_letter: Any = None, **more: Any
) -> dict[str, Any]:
    """
    Make a pipe.
    """
    stream = STREAM | ({"DeadLetterConfig": {"Arn": dead_letter}} if dead_letter else {})
    parameters: dict[str, Any] = {"DynamoDBStreamParameters": stream}
    if filters:
        parameters["FilterCriteria"] = {"Filters": [{"Pattern": json.dumps(each)} for each in filters]}
    properties = {"Source": source, "Target": target, "SourceParameters": parameters, **more}
    return {"Type": "AWS::Pipes::Pipe", "Properties": properties | ({"Name": name} if name else {})}


def role(*allowed: tuple[str | list[str], Any]) -> dict[str, Any]:
    """
    Make a role that is allowed actions on resources.
    """
    statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed]
    policies = [{"PolicyName": "Own", "PolicyDocument": {"Statement": statements}}]
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}


def function(name: str, role_id: str) -> dict[str, Any]:
    """
    Make a function with that role.
    """
    properties = {"FunctionName": name, "Handler": "app.handler", "Runtime": "python3.12"}
    return {"Type": "AWS::Lambda::Function", "Properties": properties | {"Role": {"Fn::GetAtt": [role_id, "Arn"]}}}


def alarm(dimension: str, value: Any, metric: str, threshold: float = 1) -> dict[str, Any]:
    """
    Make an alarm on one metric.
    """
    properties = {"MetricName": metric, "Namespace": "Test", "Threshold": threshold}
    properties |= {"ComparisonOperator": "GreaterThanOrEqualToThreshold"}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": properties | {"Dimensions": [{"Name": dimension, "Value": value}]},
    }


def one_pipe_template(*filters: Any, table: str = "orders", **more: Any) -> Template:
    """
    Make the template of one pipe from a table to a topic `Events`.
    """
    source, target = {"Fn::GetAtt": ["Orders", "StreamArn"]}, {"Ref": "Events"}
    return {
        "Resources": {
            "Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": table}},
            "Events": {"Type": "AWS::SNS::Topic"},
            "Pipe": pipe(source, target, *filters, **more),
        }
    }


def twenty_triggers() -> Template:
    """
    Return a template of twenty triggers on six tables, with shared topics, queues, alarms, enrichments and long names.
    """
    resources: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "order-events"}}}
    resources["Machine"] = {"Type": "AWS::StepFunctions::StateMachine"}
    resources["SharedDeadLetters"] = {"Type": "AWS::SQS::Queue"}
    for number in range(6):
        resources[f"Table{number}"] = {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": f"acme-platform-production-{'orders-and-their-lines-' * (number == 2)}{number}",
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        }
    for number in range(20):
        _trigger(resources, number)
    return {"Resources": resources}


def _trigger(resources: dict[str, Any], number: int) -> None:
    name = f"order-notifier-{number}"
    image = {"status": {"S": ["PENDING"]}, f"attribute{number}": {"M": {"city": {"S": [{"prefix": "B"}]}}}}
    pattern = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": image}}
    target: Any = {"Fn::GetAtt": [f"Function{number}", "Arn"]}
    more: dict[str, Any] = {"dead_letter": {"Fn::GetAtt": [f"Queue{number}", "Arn"]}}
    if number % 5 == 4:
        target = {"Ref": "Topic"}
        more["dead_letter"] = {"Fn::GetAtt": ["SharedDeadLetters", "Arn"]}
    if number % 7 == 3:
        more["Enrichment"] = {"Fn::GetAtt": ["Function0", "Arn"]}
    filters = [pattern] * (number % 6 != 5) + [{"eventName": ["REMOVE"]}] * (number % 3 == 0)
    source = {"Fn::GetAtt": [f"Table{number * 6 // 20}", "StreamArn"]}
    resources[f"Pipe{number}"] = pipe(source, target, *filters, name=name, **more)
    resources[f"Queue{number}"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{name}-dead-letters"}}
    downstream: list[tuple[str | list[str], Any]] = [("sns:Publish", {"Ref": "Topic"})]
    if number % 4 == 1:
        downstream.append(("states:StartExecution", {"Ref": "Machine"}))
    if number % 4 == 2:
        downstream = [("codepipeline:StartPipelineExecution", "arn:aws:codepipeline:eu-west-1:111122223333:deploy")]
    resources[f"Role{number}"] = role(*downstream)
    resources[f"Function{number}"] = function(name, f"Role{number}")
    if number % 2:
        resources[f"Failed{number}"] = alarm("PipeName", name, "ExecutionFailed")
        resources[f"Filled{number}"] = alarm("QueueName", f"{name}-dead-letters", "ApproximateNumberOfMessagesVisible")


def read_assembly(directory: Path) -> Diagram:
    """
    Read the diagram of an assembly.
    """
    templates = {stack.display_name: stack.template() for stack in CloudAssembly.load(directory).stacks}
    return read_diagram(templates)
