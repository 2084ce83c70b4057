"""
Outcomes of invoking a function, and sending dead letters, with clients that answer as told.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from pipes_trigger.delivery import InvokeResult, InvokeStatus
from pipes_trigger.errors import ConfigurationError
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES
from pipes_trigger.local.deadletter import dead_letter_target
from pipes_trigger.local.targets import LambdaTarget


class Client:
    """
    A client whose every call gives or raises the same, and notes what it was called with.
    """

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            if isinstance(self.outcome, Exception):
                raise self.outcome
            return self.outcome

        return call


def answer(text: str, **more: str) -> dict[str, Any]:
    """
    Make a response of Lambda.
    """
    return {"Payload": io.BytesIO(text.encode()), **more}


def client_error(code: str, status: int) -> ClientError:
    """
    Make an error as boto3 raises it.
    """
    response = {"Error": {"Code": code, "Message": "why"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Invoke")


TIMEOUT = ReadTimeoutError(endpoint_url="http://127.0.0.1:1")
NO_CONNECTION = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (answer('{"ok": "é"}'), InvokeResult(InvokeStatus.ANSWERED, answer='{"ok": "é"}')),
        (
            answer('{"errorType": "KeyError", "errorMessage": "\'id\'"}', FunctionError="Unhandled"),
            InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="KeyError: 'id'"),
        ),
        (
            answer('{"errorMessage": "no type"}', FunctionError="Unhandled"),
            InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="no type"),
        ),
        (answer("boom", FunctionError="Unhandled"), InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="boom")),
        (
            answer('{"errorMessage": "2026 Task timed out after 3.00 seconds"}', FunctionError="Unhandled"),
            InvokeResult(InvokeStatus.TIMED_OUT, reason="2026 Task timed out after 3.00 seconds"),
        ),
        (
            answer("x" * (LAMBDA_PAYLOAD_BYTES + 1)),
            InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="the answer exceeds 6291456 bytes"),
        ),
        (
            client_error("TooManyRequestsException", 429),
            InvokeResult(
                InvokeStatus.THROTTLED,
                reason="An error occurred (TooManyRequestsException) when calling the Invoke operation: why",
            ),
        ),
        (
            client_error("ThrottlingException", 400),
            InvokeResult(
                InvokeStatus.THROTTLED,
                reason="An error occurred (ThrottlingException) when calling the Invoke operation: why",
            ),
        ),
        (
            client_error("ServiceException", 500),
            InvokeResult(
                InvokeStatus.UNREACHABLE,
                reason="An error occurred (ServiceException) when calling the Invoke operation: why",
            ),
        ),
        (
            client_error("ResourceNotFoundException", 404),
            InvokeResult(
                InvokeStatus.REFUSED,
                reason="An error occurred (ResourceNotFoundException) when calling the Invoke operation: why",
            ),
        ),
        (TIMEOUT, InvokeResult(InvokeStatus.TIMED_OUT, reason=str(TIMEOUT))),
        (NO_CONNECTION, InvokeResult(InvokeStatus.UNREACHABLE, reason=str(NO_CONNECTION))),
    ],
    ids=lambda value: value.status.label if isinstance(value, InvokeResult) else "",
)
def test_outcomes(outcome: Any, result: InvokeResult) -> None:
    """
    Whatever comes back from Lambda becomes a result, never an exception.
    """
    client = Client(outcome)

    assert LambdaTarget(client, "arn:function").invoke('["é"]') == result
    expected = {"FunctionName": "arn:function", "InvocationType": "RequestResponse", "Payload": '["é"]'.encode()}
    assert client.calls == [("invoke", expected)]


def test_payload_over_the_limit() -> None:
    """
    A payload that Lambda would refuse is refused here, unsent.
    """
    client = Client(answer("null"))
    result = LambdaTarget(client, "arn:function").invoke("x" * (LAMBDA_PAYLOAD_BYTES + 1))

    assert result == InvokeResult(InvokeStatus.REFUSED, reason="the payload has 6291457 bytes, Lambda takes 6291456")
    assert client.calls == []


def test_dead_letter_queue() -> None:
    """
    A message to a queue is sent to the queue of that name and account, which is looked up once.
    """
    client = Client({"QueueUrl": "http://127.0.0.1/queue"})
    target = dead_letter_target("arn:aws:sqs:us-east-1:111122223333:letters", lambda _service: client)

    assert (target.send({"version": "1.0"}), target.send({})) == (None, None)
    assert client.calls == [
        ("get_queue_url", {"QueueName": "letters", "QueueOwnerAWSAccountId": "111122223333"}),
        ("send_message", {"QueueUrl": "http://127.0.0.1/queue", "MessageBody": json.dumps({"version": "1.0"})}),
        ("send_message", {"QueueUrl": "http://127.0.0.1/queue", "MessageBody": "{}"}),
    ]


def test_dead_letter_topic() -> None:
    """
    A message to a topic is published to it.
    """
    client = Client({})
    arn = "arn:aws:sns:us-east-1:111122223333:letters"

    assert dead_letter_target(arn, lambda _service: client).send({}) is None
    assert client.calls == [("publish", {"TopicArn": arn, "Message": "{}"})]


@pytest.mark.parametrize("service", ["sqs", "sns"])
@pytest.mark.parametrize("error", [client_error("NotFound", 404), NO_CONNECTION])
def test_dead_letter_that_does_not_arrive(service: str, error: Exception) -> None:
    """
    What went wrong is given back.
    """
    target = dead_letter_target(f"arn:aws:{service}:us-east-1:111122223333:letters", lambda _service: Client(error))

    assert target.send({}) == str(error)


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        (
            "arn:aws:s3:::letters",
            "[LR001] dead_letter_arn: must be an SQS queue or an SNS topic, got 'arn:aws:s3:::letters'; "
            "pass the ARN of a queue or topic",
        ),
        (
            "arn:aws:sqs:us-east-1:111122223333:letters.fifo",
            "[LR002] dead_letter_arn: Pipes sends no dead letters to FIFO, "
            "got 'arn:aws:sqs:us-east-1:111122223333:letters.fifo'; use a standard queue or topic",
        ),
        (
            "letters",
            "[LR001] dead_letter_arn: must be an SQS queue or an SNS topic, got 'letters'; "
            "pass the ARN of a queue or topic",
        ),
    ],
)
def test_dead_letter_target_of_the_wrong_kind(arn: str, message: str) -> None:
    """
    What can be no dead-letter target is refused with the reason.
    """
    with pytest.raises(ConfigurationError) as raised:
        dead_letter_target(arn, lambda _service: None)

    assert str(raised.value) == message
