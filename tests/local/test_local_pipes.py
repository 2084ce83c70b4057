"""
`local_pipes` on the emulator: what it waits for, and what it says when that does not come.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError, EmulatorError, LocalRunError
from pipes_trigger.local.codepipeline import CodePipelineEndpoint
from pipes_trigger.local.deployment import Deployment
from pipes_trigger.testing import ItemError, LocalAccount, RunningApp
from pipes_trigger.testing.fates import Diary
from pipes_trigger.testing.local import LocalEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aws_cdk import Stack

HANDLER = """
import boto3, os

def handle(event, context):
    for envelope in event:
        image = envelope["Records"][0]["dynamodb"]["NewImage"]
        if image["status"]["S"] == "BROKEN":
            raise ValueError("this order is broken")
        boto3.client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=image["id"]["S"])
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[LocalEmulator]:
    """
    Give one emulator for the tests of this file.
    """
    with LocalEmulator() as running:
        yield running


@pytest.fixture
def account(emulator: LocalEmulator) -> Iterator[LocalAccount]:
    """
    Give what the fixture `local_pipes` is.
    """
    with LocalAccount(emulator, "300000000001") as pipes:
        yield pipes


@pytest.fixture
def orders(stack: Stack, tmp_path: Path) -> Stack:
    """
    Return a stack that tells a queue of placed orders, and gives up at the first failure.
    """
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sns_subscriptions as subscriptions
    from aws_cdk import aws_sqs as sqs

    from pipes_trigger import (
        ApplicationHelper,
        DynamoDBStreamTrigger,
        FailureHandling,
        StreamSource,
        StreamTriggerType,
    )

    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(HANDLER, encoding="utf-8")
    topic, inbox = sns.Topic(stack, "Announced"), sqs.Queue(stack, "Inbox")
    topic.add_subscription(subscriptions.SqsSubscription(inbox, raw_message_delivery=True))
    DynamoDBStreamTrigger(
        stack,
        "announcer",
        app_helper=ApplicationHelper(environment="dev", environments={"dev": {}}),
        trigger_type=StreamTriggerType.SNS_TOPIC,
        source=StreamSource.new_table(),
        resource_base_name="announcer",
        lambda_handler="app.handle",
        lambda_code_path=str(tmp_path / "code"),
        env_vars={"TOPIC_ARN": topic.topic_arn},
        filter_pattern={"dynamodb": {"NewImage": {"status": {"S": ["PLACED", "BROKEN"]}}}},
        failure_handling=FailureHandling(maximum_retry_attempts=0),
    )
    return stack


def test_the_way_of_a_record(account: LocalAccount, orders: Stack) -> None:
    """
    A placed order is told; a wait in vain says so, by which leaf another was filtered, and why one was given up.
    """
    app = account.deploy(orders)
    for number, status in enumerate(["PLACED", "DRAFT", "BROKEN"]):
        app.put({"id": str(number), "status": status, "raw": b"\x00"})

    assert app.wait_for_message("Inbox") == "0"
    assert [fate.state for fate in app.wait_for_fates(3)] == ["delivered", "filtered", "dead-lettered"]
    with pytest.raises(AssertionError) as caught:
        app.wait_for(lambda: None, seconds=0.1, what="miracle")
    lines = str(caught.value).split("\n  ")
    assert lines[0] == "no miracle within 0.1 s; what the records did instead:"
    assert lines[1] == "announcer: INSERT id=0 delivered: the target took it"
    assert lines[2] == (
        "announcer: INSERT id=1 filtered: by dynamodb.NewImage.status.S: wanted 'PLACED' or 'BROKEN', found 'DRAFT'"
    )
    assert lines[3].startswith("announcer: INSERT id=2 dead-lettered: ")
    assert "this order is broken" in lines[3]
    assert len(lines) == 4


def test_each_test_starts_from_nothing(emulator: LocalEmulator, orders: Stack) -> None:
    """
    Also a stack that names its account finds nothing of the test before, and deleted items are told.
    """
    for account in ("300000000002", "300000000003"):
        with LocalAccount(emulator, account) as pipes:
            app = pipes.deploy(orders)
            assert app.deployment.stacks[0].session.account == orders.account
            (table,) = app.client("dynamodb").list_tables()["TableNames"]
            assert app.client("dynamodb").scan(TableName=table)["Items"] == []
            app.put({"id": "1", "status": "DRAFT"}, table=table)
            app.delete({"id": "1"})
            assert [fate.record["eventName"] for fate in app.wait_for_fates(2)] == ["INSERT", "REMOVE"]


def test_a_pipeline_is_seen_to_start(account: LocalAccount, example_assemblies: dict[str, Path]) -> None:
    """
    An assembly that lies there is deployed as well; an execution is the first one since, with its variables.
    """
    app = account.deploy(example_assemblies["deployment_requests"])
    app.put({"id": "r-1", "status": "PENDING", "service": "web", "release": {"version": "1.2.3"}})

    execution = app.wait_for_execution()

    assert execution.status == "Succeeded"
    assert "1.2.3" in execution.variables.values()


def test_what_is_not_there_is_said(account: LocalAccount, orders: Stack) -> None:
    """
    A table or queue that is not there, or is one of two, and an item that cannot be one are errors of the test.
    """
    app = account.deploy(orders)

    with pytest.raises(ConfigurationError) as caught:
        app.put({"id": "1"}, table="Order")
    assert str(caught.value).startswith(
        "[TA004] AWS::DynamoDB::Table: 0 of 1 resources are called 'Order'; there is 'announcer"
    )
    with pytest.raises(ConfigurationError, match=r"\[TA004\] AWS::SQS::Queue: 2 resources, and none is named; there"):
        app.wait_for_message()
    with pytest.raises(ItemError, match=r"item\['price'\]"):
        app.put({"id": "1", "price": 1.5})


def test_an_app_without_pipes_is_said(account: LocalAccount, tmp_path: Path) -> None:
    """
    Nothing could ever come of it.
    """
    from aws_cdk import App, Stack
    from aws_cdk import aws_sns as sns

    app = App(outdir=str(tmp_path / "out"))
    sns.Topic(Stack(app, "Plain"), "Topic")

    with pytest.raises(AssertionError) as caught:
        account.deploy(app)
    assert str(caught.value) == "no pipe of this app runs here\n  it has none"


def test_a_pipe_that_is_left_out_is_said(account: LocalAccount, orders: Stack, tmp_path: Path) -> None:
    """
    Where the only pipe cannot run, the message says why.
    """
    directory = orders.node.root.synth().directory  # type: ignore[attr-defined]  # the root is an App
    path = next(file for file in tmp_path.glob("cdk.out/*.template.json"))
    template: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    (pipe,) = (one for one in template["Resources"].values() if one["Type"] == "AWS::Pipes::Pipe")
    pipe["Properties"]["DesiredState"] = "STOPPED"
    path.write_text(json.dumps(template), encoding="utf-8")

    with pytest.raises(AssertionError) as caught:
        account.deploy(directory)
    message = str(caught.value)
    assert message.startswith("no pipe of this app runs here\n  Platform: announcerPipe")
    assert message.endswith("(AWS::Pipes::Pipe) is left out: its desired state is STOPPED")


def test_an_app_that_is_not_there_is_said(account: LocalAccount, tmp_path: Path) -> None:
    """
    A path that holds no assembly is an error of the run.
    """
    with pytest.raises(LocalRunError, match=re.escape(str(tmp_path))):
        account.deploy(tmp_path)


class FailingPipes:
    """
    Pipes of which one has failed.
    """

    left_out = ()

    def wait(self, _wanted: object, _seconds: float) -> bool:
        """
        Do what `LocalPipes` does then.
        """
        raise LocalRunError("the pipe announcer failed")


def test_a_wait_ends_where_a_pipe_failed() -> None:
    """
    Nobody waits for what cannot come.
    """
    pipes: Any = FailingPipes()
    app = RunningApp(Deployment(stacks=(), left_out=()), pipes, Diary(), CodePipelineEndpoint())

    with pytest.raises(LocalRunError, match="the pipe announcer failed"):
        app.wait_for(lambda: None)


class Elsewhere:
    """
    An emulator that answers otherwise, or not at all.
    """

    def __init__(self, url: str) -> None:
        self.url = url


def test_an_emulator_that_is_not_reset_is_said() -> None:
    """
    Neither one that is gone nor one that refuses leaves the next test with what is there.
    """
    emulator: Any = LocalEmulator()
    emulator._emulator = Elsewhere("http://127.0.0.1:9")
    with pytest.raises(EmulatorError, match=r"^the emulator was not reset: ConnectionRefusedError"):
        emulator.reset()

    with CodePipelineEndpoint() as endpoint:
        emulator._emulator = Elsewhere(endpoint.url)
        with pytest.raises(EmulatorError) as caught:
            emulator.reset()
    assert str(caught.value) == "the emulator was not reset, it answered with status 400"
