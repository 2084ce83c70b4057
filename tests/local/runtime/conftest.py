"""
A table with a stream, a function that fails as its records ask, a queue and a topic, in an account of the emulator.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.delivery import Backoff
from pipes_trigger.local.runtime import PipeRuntime
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipes_trigger.local.session import LocalSession

# What an item's `do` makes the function do. It notes each call in the table that its environment names.
FUNCTION = """
import json, os, time, uuid
import boto3

calls = boto3.client("dynamodb")

def handler(event, context):
    records = [record for envelope in event for record in envelope["Records"]]
    note = {"at": {"S": f"{time.time():020.6f} {uuid.uuid4()}"}, "event": {"S": json.dumps(event)}}
    calls.put_item(TableName=os.environ["CALLS"], Item={"id": {"S": "call"}, **note})
    failed = []
    for record in records:
        do = record["dynamodb"].get("NewImage", {}).get("do", {}).get("S")
        if do == "raise":
            raise ValueError("asked to")
        if do == "fail":
            failed.append({"itemIdentifier": record["eventID"]})
        if do == "misname":
            return {"batchItemFailures": [{"itemIdentifier": "nobody"}]}
        if do == "sleep":
            time.sleep(30)
    return {"batchItemFailures": failed}
"""


@dataclass
class Site:
    """
    What a pipe needs around it, deployed.
    """

    session: LocalSession
    stream_arn: str
    function_arn: str
    queue_arn: str
    queue_url: str
    topic_arn: str

    def put(self, *changes: str) -> None:
        """
        Put an item per change: an id, or `id:do`.
        """
        for change in changes:
            id_, _, do = change.partition(":")
            item = {"id": {"S": id_}, "blob": {"B": b"\x00\xff"}, **({"do": {"S": do}} if do else {})}
            self.session.client("dynamodb").put_item(TableName="orders", Item=item)

    def delete(self, id_: str) -> None:
        """
        Delete an item.
        """
        self.session.client("dynamodb").delete_item(TableName="orders", Key={"id": {"S": id_}})

    def calls(self) -> list[Any]:
        """
        Give what the function was called with, call by call.
        """
        found = self.session.client("dynamodb").query(
            TableName="calls",
            KeyConditionExpression="id = :call",
            ExpressionAttributeValues={":call": {"S": "call"}},
        )
        return [json.loads(item["event"]["S"]) for item in found["Items"]]

    def sent(self) -> list[list[str]]:
        """
        Name the items that the function was called with, call by call.
        """
        return [
            [record["dynamodb"]["Keys"]["id"]["S"] for envelope in event for record in envelope["Records"]]
            for event in self.calls()
        ]

    def letters(self) -> list[Any]:
        """
        Take the messages out of the dead-letter queue.
        """
        received = self.session.client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in received.get("Messages", [])]

    def function(self, name: str, code: str) -> str:
        """
        Deploy another function, and give its ARN.
        """
        return deploy_function(self.session, name, code)

    def state_machine(self, kind: str, state: dict[str, Any], name: str = "orders") -> str:
        """
        Make a state machine of one state, and give its ARN.
        """
        definition = {"StartAt": "Only", "States": {"Only": state}}
        made = self.session.client("stepfunctions").create_state_machine(
            name=name,
            definition=json.dumps(definition),
            roleArn=f"arn:aws:iam::{self.session.account}:role/orders",
            type=kind,
        )
        return str(made["stateMachineArn"])

    def executions(self, machine_arn: str) -> list[tuple[str, Any]]:
        """
        Give how each execution of a state machine ended, and its input, the oldest first.
        """
        client = self.session.client("stepfunctions")
        found = client.list_executions(stateMachineArn=machine_arn)["executions"]
        described = [client.describe_execution(executionArn=each["executionArn"]) for each in found]
        described.sort(key=lambda execution: execution["startDate"])
        return [(execution["status"], json.loads(execution["input"])) for execution in described]


class Run:
    """
    A pipe of the site that runs, and what it told. `enrichment` and `target` are sections of its template.
    """

    def __init__(
        self,
        site: Site,
        dead_letter_arn: str | None = None,
        *,
        target_arn: str | None = None,
        enrichment_arn: str | None = None,
        checkpoint: Path | None = None,
        **settings: Any,
    ) -> None:
        self.events: list[Any] = []
        self.runtime = PipeRuntime(
            pipe_spec(enriched=enrichment_arn is not None, **settings),
            source_arn=site.stream_arn,
            target_arn=target_arn or site.function_arn,
            enrichment_arn=enrichment_arn,
            dead_letter_arn=dead_letter_arn,
            clients=site.session.client,
            observer=self.events.append,
            backoff=Backoff(first=0.01, longest=0.05),
            poll_seconds=0.02,
            checkpoint=checkpoint,
        )

    def settle(self, read: int) -> None:
        """
        Wait until so many records were read and all are decided.
        """
        assert self.runtime.wait(lambda progress: progress.read == read and not progress.undecided, 30)

    def of(self, kind: type) -> list[Any]:
        """
        Give the events of a kind.
        """
        return [event for event in self.events if isinstance(event, kind)]


def pipe_spec(
    *,
    enriched: bool = False,
    enrichment: dict[str, Any] | None = None,
    target: dict[str, Any] | None = None,
    **settings: Any,
) -> PipeSpec:
    """
    Read a pipe back from a template, as the runtime gets them; `filters` and the settings of the stream vary.
    """
    filters = [{"Pattern": json.dumps(pattern)} for pattern in settings.pop("filters", [])]
    source = {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 10, **settings}}
    if filters:
        source["FilterCriteria"] = {"Filters": filters}
    template = '{"Records": [{"eventID": <$.eventID>, "eventName": <$.eventName>, "dynamodb": <$.dynamodb>}]}'
    properties = {
        "Name": "orders-pipe",
        "Source": {"Fn::GetAtt": ["Table", "StreamArn"]},
        "Target": {"Fn::GetAtt": ["Function", "Arn"]},
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "SourceParameters": source,
        "TargetParameters": target or {"InputTemplate": template},
        **({"Enrichment": "enrichment", "EnrichmentParameters": enrichment or {}} if enriched else {}),
    }
    return PipeSpec.from_template({"Resources": {"Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": properties}}})


@pytest.fixture
def site(local_session: LocalSession) -> Site:
    """
    Deploy what a pipe needs around it.
    """
    return deploy_site(local_session)


@pytest.fixture
def deploy() -> Callable[[LocalSession], Site]:
    """
    Deploy what a pipe needs around it, to any emulator.
    """
    return deploy_site


def deploy_site(local_session: LocalSession) -> Site:
    """
    Make a table with a stream, one that notes calls, a function, a queue and a topic.
    """
    dynamodb = local_session.client("dynamodb")
    key = {"AttributeName": "id", "KeyType": "HASH"}
    id_ = {"AttributeName": "id", "AttributeType": "S"}
    table = dynamodb.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[id_],
        KeySchema=[key],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    dynamodb.create_table(
        TableName="calls",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[id_, {"AttributeName": "at", "AttributeType": "S"}],
        KeySchema=[key, {"AttributeName": "at", "KeyType": "RANGE"}],
    )
    queue_url = local_session.client("sqs").create_queue(QueueName="letters")["QueueUrl"]
    return Site(
        session=local_session,
        stream_arn=table["LatestStreamArn"],
        function_arn=deploy_function(local_session, "orders", FUNCTION),
        queue_arn=f"arn:aws:sqs:us-east-1:{local_session.account}:letters",
        queue_url=queue_url,
        topic_arn=local_session.client("sns").create_topic(Name="letters")["TopicArn"],
    )


def deploy_function(session: LocalSession, name: str, code: str) -> str:
    """
    Deploy a function, and give its ARN.
    """
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("index.py", code)
    function = session.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{session.account}:role/orders",
        Handler="index.handler",
        Code={"ZipFile": zipped.getvalue()},
        Timeout=60,
        Environment={"Variables": {"CALLS": "calls"}},
    )
    return str(function["FunctionArn"])


@pytest.fixture
def run() -> type[Run]:
    """
    Make runs.
    """
    return Run
