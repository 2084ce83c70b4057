"""
Queues and topics as targets, with clients that answer as told.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipes_trigger.delivery import Batch, Entry, Invoke, InvokeResult, InvokeStatus, judge
from pipes_trigger.errors import ConfigurationError
from pipes_trigger.local.messages import target_of
from pipes_trigger.local.runnable import check_runnable
from pipes_trigger.spec import PipeSpec

QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
TOPIC = "arn:aws:sns:us-east-1:111122223333:orders"
STREAM = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
NO_CONNECTION = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


class Client:
    """
    A client of either service that notes what it is sent.
    """

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.sent: list[dict[str, Any]] = []

    def get_queue_url(self, **request: str) -> dict[str, str]:
        """
        Find the queue.
        """
        assert request == {"QueueName": "orders", "QueueOwnerAWSAccountId": "111122223333"}
        return {"QueueUrl": "http://127.0.0.1/orders"}

    def send_message_batch(self, **request: Any) -> Any:
        """
        Note, and give or raise the outcome.
        """
        self.sent.append(request)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    publish_batch = send_message_batch


def batch(*texts: str) -> Invoke:
    """
    Make a batch of records that are rendered already.
    """
    entries = tuple(Entry({"eventID": f"e{number}"}, 0.0, text) for number, text in enumerate(texts))
    return Invoke(Batch(entries), f"[{','.join(texts)}]", 1)


def take(arn: str, outcome: Any, action: Invoke) -> tuple[InvokeResult, list[dict[str, Any]]]:
    """
    Let a target take a batch, and give what it was sent besides.
    """
    client = Client(outcome)
    return target_of(arn, lambda _service: client).take(action), client.sent


def test_each_record_is_a_message_of_a_queue() -> None:
    """
    What a template makes of a record is the body as it was rendered, and text is sent without JSON's quotes.
    """
    result, sent = take(QUEUE, {}, batch('{"id": "ü"}', '"say \\"hi\\""'))

    assert result == InvokeResult(InvokeStatus.ANSWERED)
    entries = [{"Id": "0", "MessageBody": '{"id": "ü"}'}, {"Id": "1", "MessageBody": 'say "hi"'}]
    assert sent == [{"QueueUrl": "http://127.0.0.1/orders", "Entries": entries}]


def test_each_record_is_a_message_of_a_topic() -> None:
    """
    A topic gets the same.
    """
    result, sent = take(TOPIC, {"Successful": [{"Id": "0"}]}, batch("{}"))

    assert result == InvokeResult(InvokeStatus.ANSWERED)
    assert sent == [{"TopicArn": TOPIC, "PublishBatchRequestEntries": [{"Id": "0", "Message": "{}"}]}]


def test_refused_messages_fail_from_the_first_on() -> None:
    """
    The batch is taken up at the first message that was refused, and the reason says why.
    """
    refused = [{"Id": "2", "Code": "Late", "Message": "later"}, {"Id": "1", "Code": "Bad", "Message": "no"}]
    result, _sent = take(QUEUE, {"Failed": refused}, batch("1", "2", "3"))
    verdict = judge(result, ["e0", "e1", "e2"])

    assert (verdict.first_failed, verdict.reason) == (1, "2 of 3 messages were refused: Bad: no")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NO_CONNECTION, InvokeStatus.UNREACHABLE),
        (ClientError({"Error": {"Code": "Throttling", "Message": "why"}}, "Publish"), InvokeStatus.THROTTLED),
        (ClientError({"Error": {"Code": "NotFound", "Message": "why"}}, "Publish"), InvokeStatus.REFUSED),
    ],
)
def test_errors_are_results(error: Exception, status: InvokeStatus) -> None:
    """
    What goes wrong is told as data, never raised.
    """
    result, _sent = take(TOPIC, error, batch("{}"))

    assert result == InvokeResult(status, reason=str(error))


@pytest.mark.parametrize(
    ("arn", "batch_size", "message"),
    [
        (
            QUEUE,
            11,
            "[LR007] spec.batch_size: must be at most 10 for a queue or topic, got 11; set BatchSize to 10 or less",
        ),
        (
            f"{QUEUE}.fifo",
            1,
            "[LR004] target_arn: must be a Lambda function, a standard SQS queue or SNS topic, "
            f"got '{QUEUE}.fifo'; pass the ARN of one; other targets are not run here",
        ),
    ],
)
def test_unfit_targets_are_refused(arn: str, batch_size: int, message: str) -> None:
    """
    More than a queue takes at once, and FIFO, are refused before anything starts.
    """
    spec = PipeSpec(logical_id="Pipe", name="orders", source=STREAM, target=arn, batch_size=batch_size)
    with pytest.raises(ConfigurationError) as raised:
        check_runnable(spec, STREAM, arn, None)

    assert str(raised.value) == message
