"""
What a pipe gave up comes back: dead letters of a real run, brought back by the shell and by the deployed function.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.running import LocalPipes
from pipes_trigger.local.runtime import PipeRuntime
from pipes_trigger.redrive_bundle import HANDLER, write_bundle
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from pipes_trigger.local.session import LocalSession

# Fails what its environment names, and notes what it gets in a table.
FUNCTION = """
import json, os
import boto3

notes = boto3.client("dynamodb")

def handler(event, context):
    records = [record for envelope in event for record in envelope["Records"]]
    failed = [record["eventID"] for record in records if record["dynamodb"]["Keys"]["id"]["S"] in os.environ["FAILS"]]
    for record in records:
        if record["eventID"] not in failed:
            key = record["dynamodb"]["Keys"]["id"]
            notes.put_item(TableName="notes", Item={"id": {"S": record["eventID"]}, "key": key})
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
"""
FUNCTION_TYPE = "AWS::Lambda::Function"
TEMPLATE = '{"Records": [{"eventID": <$.eventID>, "eventName": <$.eventName>, "dynamodb": <$.dynamodb>}]}'

TABLE: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@dataclass
class Site:
    """
    A table, a function, a dead-letter queue and a pipe without retries between them.
    """

    session: LocalSession
    stream_arn: str
    function_arn: str
    queue_url: str
    queue_arn: str

    @property
    def properties(self) -> dict[str, Any]:
        """
        The pipe, as a template has it.
        """
        stream = {
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 2,
            "MaximumRetryAttempts": 0,
            "OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
            "DeadLetterConfig": {"Arn": self.queue_arn},
        }
        return {
            "Name": "orders",
            "Source": self.stream_arn,
            "Target": self.function_arn,
            "SourceParameters": {
                "DynamoDBStreamParameters": stream,
                "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
            },
            "TargetParameters": {"InputTemplate": TEMPLATE},
        }

    @property
    def template(self) -> dict[str, Any]:
        """
        A template with the pipe.
        """
        return {"Resources": {"Orders": {"Type": "AWS::Pipes::Pipe", "Properties": self.properties}}}

    def give_up(self, *ids: str) -> None:
        """
        Let the function fail these items, and the pipe run until each is in the dead-letter queue.
        """
        self.fail(*ids)
        table = self.session.client("dynamodb")
        for each in ids:
            table.put_item(TableName="orders", Item={"id": {"S": each}})
        with PipeRuntime(
            PipeSpec.from_template(self.template),
            source_arn=self.stream_arn,
            target_arn=self.function_arn,
            dead_letter_arn=self.queue_arn,
            clients=self.session.client,
        ) as pipe:
            assert pipe.wait(lambda progress: progress.dead_lettered == len(ids), timeout=30)

    def fail(self, *ids: str) -> None:
        """
        Let the function fail these items and no other.
        """
        self.session.client("lambda").update_function_configuration(
            FunctionName="orders", Environment={"Variables": {"FAILS": " ".join(ids)}}
        )

    def delivered(self) -> list[str]:
        """
        The keys of the items that the function took.
        """
        items = self.session.client("dynamodb").scan(TableName="notes")["Items"]
        return sorted(item["key"]["S"] for item in items)

    def messages(self) -> int:
        """
        How many messages are in the queue, hidden ones included.
        """
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.session.client("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return sum(int(value) for value in found["Attributes"].values())

    def deploy(self, name: str, handler: str, code: bytes, **variables: str) -> str:
        """
        Deploy a function, and give its ARN.
        """
        created = self.session.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler=handler,
            Role=f"arn:aws:iam::{self.session.account}:role/function",
            Code={"ZipFile": code},
            Environment={"Variables": variables},
            Timeout=60,
        )
        return str(created["FunctionArn"])


def zipped(files: dict[str, str]) -> bytes:
    """
    Make a zip file's content.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def site(local_session: LocalSession) -> Site:
    """
    Deploy everything into an account of the test's own.
    """
    dynamodb, sqs = local_session.client("dynamodb"), local_session.client("sqs")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb.create_table(TableName="orders", **TABLE, StreamSpecification=stream)
    dynamodb.create_table(TableName="notes", **TABLE)
    url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    stream_arn = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    site = Site(local_session, stream_arn, "", url, found["Attributes"]["QueueArn"])
    site.function_arn = site.deploy("orders", "app.handler", zipped({"app.py": FUNCTION}), FAILS="")
    return site


def run_redrive(site: Site, template: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """
    Run `pipes-trigger redrive` as a user would.
    """
    template.write_text(json.dumps(site.template), encoding="utf-8")
    command = [sys.executable, "-c", "from pipes_trigger.cli import main; main()", "redrive", str(template)]
    return subprocess.run(
        [*command, "--target", site.function_arn, *options],
        env={**site.session.environment(), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_shell_brings_back_what_was_given_up(site: Site, tmp_path: Path) -> None:
    """
    A dry run changes nothing, a run with one item mended brings that back, and a run with all mended the rest.
    """
    site.give_up("a", "b", "c")
    template, queue = tmp_path / "template.json", ("--queue", site.queue_arn)
    before = site.messages()

    dry = run_redrive(site, template, *queue, "--dry-run")
    assert (dry.returncode, dry.stdout.count("would redrive"), site.delivered()) == (0, before, [])

    site.fail("b")
    partly = run_redrive(site, template, *queue)
    assert (partly.returncode, site.delivered(), site.messages()) == (1, ["a", "c"], 1)
    assert "1 failed again: the function reported 1 failed" in partly.stdout

    site.fail()
    rest = run_redrive(site, template, "--queue", site.queue_url, "--json")
    assert (rest.returncode, site.delivered(), site.messages()) == (0, ["a", "b", "c"], 0)
    assert [json.loads(line)["fate"] for line in rest.stdout.splitlines()] == ["redriven"]


def test_the_deployed_function_brings_back_what_was_given_up(site: Site, tmp_path: Path) -> None:
    """
    The bundle runs as a Lambda function with nothing beside it but boto3, and says what it did.
    """
    site.give_up("a", "b")
    write_bundle(tmp_path, PipeSpec.from_template(site.template))
    files = {str(path.relative_to(tmp_path)): path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")}
    site.deploy("redrive", HANDLER, zipped(files), QUEUE_URL=site.queue_url, TARGET_ARN=site.function_arn)
    client = site.session.client("lambda")

    def invoke(event: dict[str, Any]) -> Any:
        return json.loads(client.invoke(FunctionName="redrive", Payload=json.dumps(event))["Payload"].read())

    site.fail()
    dry = invoke({"dry_run": True})
    assert (dry["records"], dry["messages"]["redriven"], site.delivered()) == ({"delivered": 2, "failed": 0}, 0, [])

    run = invoke({"source": "aws.events"})
    assert (run["records"], site.delivered(), site.messages()) == ({"delivered": 2, "failed": 0}, ["a", "b"], 0)


PLACES = {
    "queue": "arn:aws:sqs:us-east-1:{account}:late",
    "topic": "arn:aws:sns:us-east-1:{account}:late",
    "bus": "arn:aws:events:us-east-1:{account}:event-bus/late",
    "machine": "arn:aws:states:us-east-1:{account}:stateMachine:late",
}


def make_target(site: Site, kind: str, arn: str) -> None:
    """
    Make a target that was missing; a topic and a bus pass on to a queue called inbox.
    """
    client = site.session.client
    inbox = client("sqs").create_queue(QueueName="late" if kind == "queue" else "inbox")["QueueUrl"]
    names = {"QueueUrl": inbox, "AttributeNames": ["QueueArn"]}
    inbox_arn = client("sqs").get_queue_attributes(**names)["Attributes"]["QueueArn"]
    if kind == "topic":
        client("sns").create_topic(Name="late")
        raw = {"RawMessageDelivery": "true"}
        client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=inbox_arn, Attributes=raw)
    elif kind == "bus":
        client("events").create_event_bus(Name="late")
        client("events").put_rule(Name="all", EventBusName="late", EventPattern='{"source": ["Pipe orders"]}')
        targets = [{"Id": "inbox", "Arn": inbox_arn, "InputPath": "$.detail"}]
        client("events").put_targets(Rule="all", EventBusName="late", Targets=targets)
    elif kind == "machine":
        send = {"QueueUrl": inbox, "MessageBody.$": "States.ArrayGetItem($, 0)"}
        state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": send, "End": True}
        client("stepfunctions").create_state_machine(
            name="late",
            type="EXPRESS",
            roleArn=f"arn:aws:iam::{site.session.account}:role/machine",
            definition=json.dumps({"StartAt": "Send", "States": {"Send": state}}),
        )


@pytest.mark.parametrize("kind", PLACES)
def test_what_a_pipe_without_a_function_gave_up_comes_back(site: Site, tmp_path: Path, kind: str) -> None:
    """
    A target that was missing is made, and the deployed function delivers to it what the pipe could not.
    """
    arn = PLACES[kind].format(account=site.session.account)
    properties = {
        **site.properties,
        "Target": arn,
        "TargetParameters": {"InputTemplate": '{"id": <$.dynamodb.Keys.id.S>}'},
    }
    spec = PipeSpec.from_template({"Resources": {"Orders": {"Type": "AWS::Pipes::Pipe", "Properties": properties}}})
    site.session.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "a"}})
    # The emulator takes events for a bus that is not there.
    missing = PLACES["machine"].format(account=site.session.account) if kind == "bus" else arn
    with PipeRuntime(
        spec,
        source_arn=site.stream_arn,
        target_arn=missing,
        dead_letter_arn=site.queue_arn,
        clients=site.session.client,
    ) as pipe:
        assert pipe.wait(lambda progress: progress.dead_lettered == 1, timeout=30)
    write_bundle(tmp_path, spec)
    files = {str(path.relative_to(tmp_path)): path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")}
    site.deploy("redrive", HANDLER, zipped(files), QUEUE_URL=site.queue_url, TARGET_ARN=arn)

    make_target(site, kind, arn)
    answer = site.session.client("lambda").invoke(FunctionName="redrive", Payload=b"{}")
    run = json.loads(answer["Payload"].read())

    sqs = site.session.client("sqs")
    url = sqs.get_queue_url(QueueName="late" if kind == "queue" else "inbox")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    assert (run["records"], json.loads(message["Body"])) == ({"delivered": 1, "failed": 0}, {"id": "a"})
    assert site.messages() == 0


def test_the_constructs_function_works_as_deployed(
    call: dict[str, Any], code_path: str, local_session: LocalSession, tmp_path: Path
) -> None:
    """
    Synthesized, deployed with its rule and its code, and started: the queue that the construct built is empty again.
    """
    from aws_cdk import App, Stack

    from pipes_trigger import DynamoDBStreamTrigger, FailureHandling, StreamSource

    Path(code_path, "handlers.py").write_text(FUNCTION.replace("handler(", "process_deployment("), encoding="utf-8")
    app = App(outdir=str(tmp_path / "cdk.out"))
    del call["table_base_name"]
    call["env_vars"]["FAILS"] = "a"
    call["filter_pattern"] = {"eventName": ["INSERT"]}
    stack = Stack(app, "Redrive")
    failures = FailureHandling(maximum_retry_attempts=0)
    source = StreamSource.new_table(table_name="orders")
    DynamoDBStreamTrigger(stack, **call, source=source, failure_handling=failures).add_redrive("rate(1 day)")
    app.synth()

    local_session.client("dynamodb").create_table(TableName="notes", **TABLE)
    deployment = deploy(tmp_path / "cdk.out", local_session)
    (there,) = deployment.stacks
    functions = {each.logical_id: each.physical_id for each in there.resources.values() if each.type == FUNCTION_TYPE}
    (redrive,) = [name for logical_id, name in functions.items() if "Redrive" in logical_id]
    with LocalPipes(deployment, observer=lambda _event: None) as pipes:
        (pipe,) = pipes.running.values()
        local_session.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "a"}})
        assert pipe.wait(lambda progress: progress.dead_lettered == 1, timeout=30)
    lambda_ = local_session.client("lambda")
    lambda_.update_function_configuration(FunctionName=pipe.name, Environment={"Variables": {"FAILS": ""}})
    answer = json.loads(lambda_.invoke(FunctionName=redrive, Payload=b"{}")["Payload"].read())

    assert answer["records"] == {"delivered": 1, "failed": 0}
    assert deployment.left_out == ()


def test_two_runs_side_by_side_deliver_once(site: Site, tmp_path: Path) -> None:
    """
    Runs at the same time do not get each other's messages, and nothing stays.
    """
    site.give_up("a", "b", "c", "d")
    site.fail()
    template = tmp_path / "template.json"
    template.write_text(json.dumps(site.template), encoding="utf-8")
    code = "from pipes_trigger.cli import main; main()"
    command = [sys.executable, "-c", code, "redrive", str(template), "--queue", site.queue_url]
    command += ["--target", site.function_arn, "--json"]
    runs = [
        subprocess.Popen(command, env=site.session.environment(), stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]

    printed = [line for run in runs for line in run.communicate(timeout=60)[0].splitlines()]

    assert [run.returncode for run in runs] == [0, 0]
    assert sum(json.loads(line)["delivered"] for line in printed) == 4
    assert (site.delivered(), site.messages()) == (["a", "b", "c", "d"], 0)
