"""
The shipped handlers as deployed functions: their folder zipped, run by the emulator's Lambda in a process of its own.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import handlers
from pipes_trigger.local.session import SECRET
from tests.handlers.doubles import OpenSearch, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    MakeRecord = Callable[..., dict[str, Any]]


def deployed(account: Account, handler: handlers.ShippedHandler, **environment: str) -> Callable[[Any], Any]:
    """
    Deploy a handler, and give a caller of it.
    """
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        for path in sorted(Path(handler.code_path).glob("*.py")):
            archive.write(path, path.name)
    client = account.session.client("lambda")
    client.create_function(
        FunctionName=handler.name.replace("_", "-"),
        Runtime="python3.12",
        Handler=handler.handler,
        Role=f"arn:aws:iam::{account.session.account}:role/function",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": environment},
        Timeout=30,
    )

    def call(event: Any) -> Any:
        response = client.invoke(FunctionName=handler.name.replace("_", "-"), Payload=json.dumps(event).encode())
        return json.loads(response["Payload"].read())

    return call


def test_start_pipeline(account: Account, record: MakeRecord) -> None:
    """
    The deployed function claims the item and starts the pipeline, once for two deliveries.
    """
    arn = account.pipeline("app", "SERVICE")
    account.table("requests").put_item(
        TableName="requests", Item={"id": {"S": "item-1"}, "status": {"S": "PENDING"}, "service": {"S": "Zoë"}}
    )
    start = deployed(
        account,
        handlers.START_PIPELINE,
        PIPELINE_ARN=arn,
        PIPELINE_VARIABLES='{"SERVICE": "service"}',
        CLAIM_ATTRIBUTE="status",
        CLAIM_FROM="PENDING",
        CLAIM_TO="STARTED",
        AWS_ENDPOINT_URL_CODEPIPELINE=account.session.environment()["AWS_ENDPOINT_URL_CODEPIPELINE"],
    )

    answers = [start([{"Records": [record(1, {"service": {"S": "Zoë"}})]}]) for _ in range(2)]

    assert (answers, account.runs("app")) == ([{"batchItemFailures": []}] * 2, [{"SERVICE": "Zoë"}])


def test_publish_sns(account: Account, record: MakeRecord) -> None:
    """
    The deployed function publishes what fits, and reports what does not.
    """
    topic = account.topic("changes")
    publish = deployed(account, handlers.PUBLISH_SNS, TOPIC_ARN=topic.arn, MESSAGE_BYTES="1024")

    large = record(2, {"text": {"S": "x" * 1024}})
    answer = publish([{"Records": [record(1)]}, {"Records": [large]}])

    published = [body["eventID"] for body in topic.bodies()]
    assert (answer, published) == ({"batchItemFailures": [{"itemIdentifier": "event-2"}]}, ["event-1"])


def test_send_sqs(account: Account, record: MakeRecord) -> None:
    """
    The deployed function finds the queue by its ARN alone, sends what fits, and reports what does not.
    """
    queue = account.queue("changes.fifo")
    send = deployed(account, handlers.SEND_SQS, QUEUE_ARN=queue.arn, MESSAGE_BYTES="1024")

    large = record(2, {"text": {"S": "x" * 1024}})
    answer = send([{"Records": [record(1)]}, {"Records": [large]}])

    sent = [body["eventID"] for body in queue.bodies()]
    assert (answer, sent) == ({"batchItemFailures": [{"itemIdentifier": "event-2"}]}, ["event-1"])


def test_put_events(account: Account, record: MakeRecord) -> None:
    """
    The deployed function puts each record on the bus, and a rule gets it.
    """
    bus = account.bus("changes", {"source": ["pipes-trigger"], "detail": {"eventName": ["INSERT"]}})
    put = deployed(account, handlers.PUT_EVENTS, EVENT_BUS_ARN=bus.arn)

    answer = put([{"Records": [record(1)]}, {"Records": [record(2, eventName="MODIFY")]}])

    events = [event["detail"]["eventID"] for event in bus.bodies()]
    assert (answer, events) == ({"batchItemFailures": []}, ["event-1"])


@pytest.mark.parametrize("mode", ["async", "sync"])
def test_start_execution(account: Account, record: MakeRecord, mode: str) -> None:
    """
    The deployed function starts the state machine, with or without awaiting its end.
    """
    machine = account.machine("app", kind="STANDARD" if mode == "async" else "EXPRESS")
    start = deployed(account, handlers.START_EXECUTION, STATE_MACHINE_ARN=machine, EXECUTION_MODE=mode)

    answer = start([{"Records": [record(1)]}])

    assert (answer, len(account.inputs(machine))) == ({"batchItemFailures": []}, 1)


def test_start_build(account: Account, record: MakeRecord) -> None:
    """
    The deployed function builds the project.
    """
    arn = account.project("app")
    build = deployed(account, handlers.START_BUILD, PROJECT_ARN=arn, BUILD_VARIABLES='{"ID": "id"}')

    answer = build([{"Records": [record(1)]}])

    builds = account.session.client("codebuild").list_builds_for_project(projectName="app")["ids"]
    assert (answer, len(builds)) == ({"batchItemFailures": []}, 1)


def test_index_opensearch(account: Account, record: MakeRecord) -> None:
    """
    The deployed function signs with the credentials that it is given, and indexes.
    """
    change = record(1)
    change["dynamodb"]["ApproximateCreationDateTime"] = 1_767_225_600
    opensearch = OpenSearch(account.session.account, SECRET, account.session.region)
    with served(opensearch) as url:
        index = deployed(account, handlers.INDEX_OPENSEARCH, OPENSEARCH_ENDPOINT=url, OPENSEARCH_INDEX="orders")
        answer = index([{"Records": [change]}])

    assert (answer, opensearch.documents) == ({"batchItemFailures": []}, {"item-1": {"id": "item-1"}})


def test_faulty_configuration(account: Account, record: MakeRecord) -> None:
    """
    A deployed function that is configured wrongly says everything that is wrong, and does nothing.
    """
    start = deployed(account, handlers.START_PIPELINE, PIPELINE_VARIABLES="service")

    error = json.dumps(start([{"Records": [record()]}]))

    faults = ("PIPELINE_VARIABLES: is not JSON", "environment: no variable holds an ARN of codepipeline")
    assert [fault for fault in faults if fault not in error] == []
