"""
The redrive handler: its settings, and what it logs.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from failures import ConfigurationError
from redriving import Settings, handle

from pipes_trigger.errors import PipeSpecError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACE = "eu-west-1:111122223333"
STREAM = f"arn:aws:dynamodb:{PLACE}:table/orders/stream/2026-01-01T00:00:00.000"
VARIABLES = {"QUEUE_URL": "https://queue", "TARGET_ARN": f"arn:aws:lambda:{PLACE}:function:orders"}
PROPERTIES = {
    "Name": "orders",
    "Source": "stream",
    "Target": "function",
    "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
}


class Service:
    """
    SQS, the stream and the function of a test in one: a queue of bodies, one record, an answer.
    """

    def __init__(self, *bodies: str, answer: dict[str, Any] | None = None) -> None:
        self.bodies = list(bodies)
        self.answer = answer
        self.deleted: list[str] = []

    def receive_message(self, **_arguments: Any) -> dict[str, Any]:
        """
        Give the next message.
        """
        if not self.bodies:
            return {}
        body = self.bodies.pop(0)
        return {"Messages": [{"MessageId": body[:2], "Body": body, "ReceiptHandle": body[:2]}]}

    def delete_message(self, **arguments: Any) -> None:
        """
        Note what is deleted.
        """
        self.deleted.append(arguments["ReceiptHandle"])

    def change_message_visibility(self, **_arguments: Any) -> None:
        """
        Hide or free a message.
        """

    def get_shard_iterator(self, **_arguments: Any) -> dict[str, str]:
        """
        Take a position.
        """
        return {"ShardIterator": "0"}

    def get_records(self, **_arguments: Any) -> dict[str, Any]:
        """
        Give the one record.
        """
        change = {"Keys": {"id": {"S": "secret"}}, "SequenceNumber": "7"}
        return {"Records": [{"eventID": "e7", "eventName": "INSERT", "dynamodb": change}]}

    def invoke(self, **_arguments: Any) -> dict[str, Any]:
        """
        Answer as told.
        """
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode())}


def dead_letter() -> str:
    """
    Write the message of record 7.
    """
    return json.dumps(
        {
            "context": {
                "partnerResourceArn": f"arn:aws:pipes:{PLACE}:pipe/orders",
                "condition": "RetryAttemptsExhausted",
            },
            "DDBStreamBatchInfo": {
                "shardId": "shard-1",
                "startSequenceNumber": "7",
                "endSequenceNumber": "7",
                "approximateArrivalOfLastRecord": "2026-01-01T00:00:00Z",
                "batchSize": 1,
                "streamArn": STREAM,
            },
        }
    )


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """
    Give a reader of settings whose pipe is there.
    """

    def read(**variables: str) -> Settings:
        file = tmp_path / "pipe.json"
        template = {"Resources": {"Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": PROPERTIES}}}
        file.write_text(json.dumps(template), encoding="utf-8")
        return Settings.from_environment({**VARIABLES, **variables}, file)

    return read


def test_every_fault_of_the_environment_is_named(tmp_path: Path) -> None:
    """
    A function that was not deployed by the construct says what it lacks.
    """
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({"LOG_LEVEL": "LOUD"}, tmp_path / "pipe.json")

    fix = "deploy this function with DynamoDBStreamTrigger.add_redrive()"
    assert caught.value.faults == (
        f"QUEUE_URL: is not set; {fix}",
        f"TARGET_ARN: is not set; {fix}",
        "LOG_LEVEL: must be one of INFO, DEBUG, WARNING, ERROR, got 'LOUD'; the default is INFO",
    )


def test_an_enrichment_is_named_where_there_is_one(settings: Callable[..., Settings]) -> None:
    """
    A pipe without one leaves the variable out.
    """
    assert settings().enrichment_arn is None
    assert settings(ENRICHMENT_ARN="arn").enrichment_arn == "arn"


def test_a_function_without_its_pipe_is_refused(tmp_path: Path) -> None:
    """
    The pipe's file is part of the code.
    """
    with pytest.raises(PipeSpecError, match=r"pipe\.json: cannot be read"):
        Settings.from_environment(VARIABLES, tmp_path / "pipe.json")


def test_a_pipes_name_may_be_known_to_the_deployment_alone(settings: Callable[..., Settings]) -> None:
    """
    The variable counts before the name in the file.
    """
    assert settings(PIPE_NAME="orders-2026-01-31T12-00-00.000").pipe.name == "orders-2026-01-31T12-00-00.000"


def test_a_delivery_is_logged_without_item_data(
    settings: Callable[..., Settings], logged: Callable[[], list[dict[str, Any]]]
) -> None:
    """
    The log says which record of the stream was delivered, and not what is in it.
    """
    service = Service(dead_letter())

    counts = handle({}, 60, settings(), lambda _service: service)

    message, done = logged()
    assert (message["fate"], message["first"], message["level"]) == ("redriven", "7", "INFO")
    assert {name: done[name] for name in ("messages", "records")} == counts
    assert counts["records"] == {"delivered": 1, "failed": 0}
    assert "secret" not in json.dumps([message, done])


@pytest.mark.parametrize(
    ("log_records", "expected"), [("false", None), ("true", "the function reported 1 failed: 'e7'")]
)
def test_a_functions_words_are_logged_where_records_are(
    settings: Callable[..., Settings],
    logged: Callable[[], list[dict[str, Any]]],
    log_records: str,
    expected: str | None,
) -> None:
    """
    An error message may hold item data: it is written only where that was asked for.
    """
    service = Service(dead_letter(), answer={"batchItemFailures": [{"itemIdentifier": "e7"}]})

    handle({}, 60, settings(LOG_RECORDS=log_records), lambda _service: service)

    message, _ = logged()
    assert (message["fate"], message["level"], message.get("reason")) == ("failed", "WARNING", expected)
    assert service.deleted == []


@pytest.mark.parametrize(("log_records", "shown"), [("false", False), ("true", True)])
def test_an_unreadable_message_is_not_quoted(
    settings: Callable[..., Settings], logged: Callable[[], list[dict[str, Any]]], log_records: str, *, shown: bool
) -> None:
    """
    Whatever got into the queue may be anybody's data.
    """
    handle({}, 60, settings(LOG_RECORDS=log_records), lambda _service: Service("secret"))

    message, _ = logged()
    assert (message["fate"], "secret" in json.dumps(message)) == ("kept", shown)


def test_no_message_is_begun_without_time(
    settings: Callable[..., Settings], logged: Callable[[], list[dict[str, Any]]]
) -> None:
    """
    Half of the time is kept for what is under way.
    """
    service = Service(dead_letter())

    counts = handle({}, 0, settings(), lambda _service: service)

    assert (counts["records"]["delivered"], len(service.bodies)) == (0, 1)
