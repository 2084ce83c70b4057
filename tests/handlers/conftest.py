"""
What the tests of the shipped handlers share: real endpoints on loopback, records, and handlers imported afresh.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import clients
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.session import LocalSession

    Answer = dict[str, list[dict[str, str]]]

HANDLERS: Final = Path(__file__).parents[2] / "lambda_handlers"

STREAM: Final = "arn:aws:dynamodb:eu-central-1:111122223333:table/requests/stream/2026-01-01T00:00:00.000"


@dataclass(frozen=True)
class Account:
    """
    An AWS account of a test's own, on the endpoints.
    """

    session: LocalSession
    endpoint: CodePipelineEndpoint

    def pipeline(self, name: str, *variables: str) -> str:
        """
        Create a pipeline that declares these variables, and give its ARN.
        """
        stage = {"name": "Source", "actions": []}
        declaration: dict[str, Any] = {
            "name": name,
            "roleArn": f"arn:aws:iam::{self.session.account}:role/pipeline",
            "artifactStore": {"type": "S3", "location": "artifacts"},
            "stages": [stage, {**stage, "name": "Deploy"}],
            "pipelineType": "V2",
            "variables": [{"name": variable, "defaultValue": "-"} for variable in variables],
        }
        self.session.client("codepipeline").create_pipeline(pipeline=declaration)
        return f"arn:aws:codepipeline:{self.session.region}:{self.session.account}:{name}"

    def runs(self, name: str) -> list[dict[str, str]]:
        """
        Give the variables of every execution of a pipeline, oldest first.
        """
        executions = self.endpoint.executions(name, account=self.session.account, region=self.session.region)
        return [dict(execution.variables) for execution in executions]

    def table(self, name: str, key_type: str = "S") -> Any:
        """
        Create a table with the key `id`, and give the DynamoDB client.
        """
        dynamodb = self.session.client("dynamodb")
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": key_type}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return dynamodb

    def topic(self, name: str, subscription_filter: dict[str, Any] | None = None) -> Inbox:
        """
        Create a topic with a queue that gets its messages raw.
        """
        fifo = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
        sns = self.session.client("sns")
        arn = sns.create_topic(Name=name, Attributes=fifo)["TopicArn"]
        queue = self.queue(name)
        wanted = {"FilterPolicy": json.dumps(subscription_filter)} if subscription_filter else {}
        attributes = {"RawMessageDelivery": "true", **wanted}
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes)
        return replace(queue, arn=arn)

    def queue(self, name: str, **attributes: str) -> Inbox:
        """
        Create a queue.
        """
        sqs = self.session.client("sqs")
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        url = sqs.create_queue(QueueName=name, Attributes={**fifo, **attributes})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Inbox(arn, url, sqs)

    def bus(self, name: str, pattern: dict[str, Any]) -> Inbox:
        """
        Create an event bus with a queue that gets the events of this pattern.
        """
        events = self.session.client("events")
        arn = events.create_event_bus(Name=name)["EventBusArn"]
        queue = self.queue(f"events-of-{name}")
        events.put_rule(Name="all", EventBusName=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
        return replace(queue, arn=arn)

    def machine(self, name: str, state: dict[str, Any] | None = None, kind: str = "STANDARD") -> str:
        """
        Create a state machine of one state, and give its ARN.
        """
        definition = {"StartAt": "Only", "States": {"Only": state or {"Type": "Pass", "End": True}}}
        role = f"arn:aws:iam::{self.session.account}:role/machine"
        created = self.session.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=role, type=kind
        )
        return str(created["stateMachineArn"])

    def inputs(self, machine: str) -> list[Any]:
        """
        Give the input of every execution of a state machine, parsed, in the order of their text.
        """
        states = self.session.client("stepfunctions")
        listed = states.list_executions(stateMachineArn=machine)["executions"]
        arns = [execution["executionArn"] for execution in listed]
        texts = [states.describe_execution(executionArn=arn)["input"] for arn in arns]
        return [json.loads(text) for text in sorted(texts)]

    def project(self, name: str) -> str:
        """
        Create a CodeBuild project, and give its ARN.
        """
        created = self.session.client("codebuild").create_project(
            name=name,
            source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={"type": "LINUX_CONTAINER", "image": "none", "computeType": "BUILD_GENERAL1_SMALL"},
            serviceRole=f"arn:aws:iam::{self.session.account}:role/build",
        )
        return str(created["project"]["arn"])


@dataclass(frozen=True)
class Inbox:
    """
    Something to send to, and the queue in which what was sent arrives.
    """

    arn: str
    url: str
    sqs: Any

    def received(self) -> list[dict[str, Any]]:
        """
        Give every message that arrived and was not given yet.
        """
        messages: list[dict[str, Any]] = []
        while True:
            page = self.sqs.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
            ).get("Messages", [])
            if not page:
                return messages
            for message in page:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            messages += page

    def bodies(self) -> list[Any]:
        """
        Give the bodies of every message that arrived and was not given yet, parsed.
        """
        return [json.loads(message["Body"]) for message in self.received()]


@pytest.fixture
def account(local_session: LocalSession, codepipeline: CodePipelineEndpoint) -> Account:
    """
    Give an account of the test's own.
    """
    return Account(local_session.at(region="eu-central-1"), codepipeline)


@pytest.fixture
def record() -> Callable[..., dict[str, Any]]:
    """
    Give a maker of records; keyword arguments replace or add fields, None leaves one out.
    """

    def make(number: int = 1, image: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        key = {"id": {"S": f"item-{number}"}}
        made = {
            "eventID": f"event-{number}",
            "eventName": "INSERT",
            "eventSourceARN": STREAM,
            "dynamodb": {"Keys": key, "NewImage": {**key, **(image or {})}, "SequenceNumber": str(number)},
            **fields,
        }
        return {name: value for name, value in made.items() if value is not None}

    return make


@pytest.fixture
def invoke(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """
    Give a caller of a shipped handler that was imported afresh with these environment variables.

    Records are wrapped as the pipe does: a list of envelopes.
    """

    def call(module: str, records: list[dict[str, Any]], **environment: str) -> Answer:
        for name, value in {**account.session.environment(), **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, module, raising=False)
        # A session keeps the credentials of the first client that was made.
        clients.session.cache_clear()
        answer: Answer = importlib.import_module(module).handler([{"Records": [record]} for record in records], None)
        return answer

    return call


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let botocore try again at once.
    """
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """
    Give a reader of the lines that were logged since it was last asked.
    """
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
