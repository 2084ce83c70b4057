"""
A trigger with alarms and a dashboard, deployed: CloudFormation takes them, and CloudWatch shows what was asked for.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipes_trigger.local.deploy import deploy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    from pipes_trigger.local.session import LocalSession


def test_alarms_and_dashboard_deploy(
    call: dict[str, Any], tmp_path: Path, synth: Callable[[Stack], dict[str, Any]], local_session: LocalSession
) -> None:
    """
    The stack deploys with every alarm and the dashboard, each about the pipe, the function and the queue that it has.
    """
    from aws_cdk import App, Stack
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_sns import Topic

    from pipes_trigger import DynamoDBStreamTrigger, StreamSource
    from pipes_trigger.monitoring.options import AlarmOptions

    stack = Stack(App(outdir=str(tmp_path / "out")), "Platform")
    topic = Topic(stack, "Topic", master_key=Key(stack, "Key"), enforce_ssl=True)
    trigger = DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None}, source=StreamSource.new_table())
    trigger.add_alarms(topic, options=AlarmOptions(staleness=timedelta(hours=1), name_prefix="orders"))
    trigger.add_dashboard("orders")
    synth(stack)

    deployed = deploy(tmp_path / "out", local_session).stack("Platform")

    ids = {item.type: item.physical_id for item in deployed.resources.values()}
    pipe = function = "deployment-processor"
    queue = ids["AWS::SQS::Queue"].rsplit("/", 1)[-1]
    cloudwatch = local_session.client("cloudwatch")
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"]: [(one["Name"], one["Value"]) for one in alarm["Dimensions"]] for alarm in alarms} == {
        "orders-failed": [("PipeName", pipe)],
        "orders-partially-failed": [("PipeName", pipe)],
        "orders-throttled": [("PipeName", pipe)],
        "orders-timed-out": [("PipeName", pipe)],
        "orders-staleness": [("PipeName", pipe)],
        "orders-function-errors": [("FunctionName", function)],
        "orders-function-throttles": [("FunctionName", function)],
        "orders-dead-letter-depth": [("QueueName", queue)],
        "orders-dead-letter-age": [("QueueName", queue)],
    }
    told = [ids["AWS::SNS::Topic"]]
    assert [(alarm["AlarmActions"], alarm["OKActions"]) for alarm in alarms] == [(told, told)] * 9
    body = json.loads(cloudwatch.get_dashboard(DashboardName="orders")["DashboardBody"])
    shown = {
        dimension
        for widget in body["widgets"]
        for metric in widget["properties"].get("metrics", [])
        for dimension in metric[2:4]
    }
    assert shown == {"PipeName", pipe, "FunctionName", "QueueName", queue}
