"""
`send_sqs.handler` against SQS queues.
"""

from __future__ import annotations

import json
from hashlib import sha256
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from addressed import Address
from failures import UnreadableEventError, WholeBatchError
from queues import Queue, Settings, handle

from tests.handlers.shapes import failed, image_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

ARN = "arn:aws:sqs:eu-central-1:111122223333:changes"
MIB = 1024 * 1024


class Sqs:
    """
    An SQS client that notes the requests.
    """

    meta = SimpleNamespace(endpoint_url="https://sqs.eu-central-1.amazonaws.com")

    def __init__(self) -> None:
        self.urls: set[str] = set()
        self.requests: list[list[str]] = []

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """
        Take every message.
        """
        self.urls.add(request["QueueUrl"])
        self.requests.append([json.loads(entry["MessageBody"])["eventID"] for entry in request["Entries"]])
        return {"Successful": [{"Id": entry["Id"], "MessageId": "m"} for entry in request["Entries"]]}


def test_every_record_reaches_every_queue(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Each queue in the environment gets each record, as plain JSON and with the attributes that it maps.
    """
    queues = [account.queue(name) for name in ("one", "two")]
    arns = ",".join(queue.arn for queue in queues)
    image = {"sum": {"N": "12.50"}, "tags": {"SS": ["b", "a"]}, "empty": {"S": ""}}
    mapped = {name: name for name in (*image, "missing")}

    answer = invoke("send_sqs", [record(1, image)], QUEUE_ARNS=arns, SQS_ATTRIBUTES=json.dumps(mapped))

    body = {
        "eventID": "event-1",
        "eventName": "INSERT",
        "table": "requests",
        "keys": {"id": "item-1"},
        "newImage": {"id": "item-1", "sum": 12.5, "tags": ["a", "b"], "empty": ""},
    }
    attributes = {
        "eventName": ("String", "INSERT"),
        "table": ("String", "requests"),
        "sum": ("Number", "12.50"),
        "tags": ("String.Array", '["a","b"]'),
    }
    for queue in queues:
        (message,) = queue.received()
        found = {name: (each["DataType"], each["StringValue"]) for name, each in message["MessageAttributes"].items()}
        assert (answer, json.loads(message["Body"]), found) == (failed(), body, attributes)


def test_record_as_body(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With MESSAGE_BODY=record the body is the record as it came.
    """
    queue = account.queue("records")

    invoke("send_sqs", [record(1, {"n": {"N": "1"}})], QUEUE_ARN=queue.arn, MESSAGE_BODY="record")

    assert queue.bodies() == [record(1, {"n": {"N": "1"}})]


def test_more_than_one_request(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    23 records take three requests, and each of them arrives.
    """
    queue = account.queue("changes")

    answer = invoke("send_sqs", [record(number) for number in range(23)], QUEUE_ARN=queue.arn, LOG_LEVEL="DEBUG")

    arrived = {body["eventID"] for body in queue.bodies()}
    assert (answer, arrived) == (failed(), {f"event-{number}" for number in range(23)})
    assert sum(line["message"] == "sent" for line in logged()) == 23


@pytest.mark.parametrize(("size", "expected"), [(MIB, ["event-1", "event-2"]), (MIB + 1, ["event-2"])])
def test_size(account: Account, invoke: Invoke, record: MakeRecord, size: int, expected: list[str]) -> None:
    """
    A message of 1 MiB, attributes counted, goes out, one of a byte more is reported, and the others go out either way.
    """
    queue = account.queue("changes")

    answer = invoke("send_sqs", [record(1, image_of(size)), record(2)], QUEUE_ARN=queue.arn)

    lost = [name for name in ("event-1", "event-2") if name not in expected]
    assert (answer, sorted(body["eventID"] for body in queue.bodies())) == (failed(*lost), expected)


@pytest.mark.parametrize(
    ("sizes", "requests"),
    [
        ([MIB // 2, MIB // 2, 200], [["0", "1"], ["2"]]),
        ([MIB // 2, MIB // 2 + 1, 200], [["0"], ["1", "2"]]),
        ([200] * 11, [[str(number) for number in range(10)], ["10"]]),
    ],
)
def test_requests(record: MakeRecord, sizes: list[int], requests: list[list[str]]) -> None:
    """
    A request holds at most ten messages and 1 MiB in all, neither one less where it fits.
    """
    sqs = Sqs()
    # `image_of` counts with the eventID `event-1`.
    records = [
        record(1, image_of(size + len("event-1") - len(str(number))), eventID=str(number))
        for number, size in enumerate(sizes)
    ]

    answer = handle(records, Settings.from_environment({"QUEUE_ARN": ARN}), {"eu-central-1": sqs})

    # Requests of a standard queue go side by side, so they may arrive in any order.
    assert (answer, sorted(sqs.requests)) == (failed(), sorted(requests))


def test_small_queue(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    MESSAGE_BYTES bounds a message alone: requests still hold ten of them.
    """
    queue = account.queue("changes", MaximumMessageSize="1024")
    batch = [record(number, {"text": {"S": "x" * 600}}) for number in range(9)]
    batch.append(record(9, {"text": {"S": "x" * 1024}}))
    sqs = Sqs()
    read = Settings.from_environment({"QUEUE_ARN": queue.arn, "MESSAGE_BYTES": "1024"})

    answer = invoke("send_sqs", batch, QUEUE_ARN=queue.arn, MESSAGE_BYTES="1024")
    handle(batch, read, {"eu-central-1": sqs})

    reason = next(line["reason"] for line in logged() if line["level"] == "ERROR")
    assert (answer, len(queue.bodies()), len(sqs.requests)) == (failed("event-9"), 9, 1)
    assert reason == "the message has 1185 bytes, the limit is 1024"


def test_queue_that_is_gone(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A queue that does not exist fails every record, and they are sent to the other queue all the same.
    """
    queue = account.queue("changes")

    answer = invoke("send_sqs", [record(1), record(2)], GONE=queue.arn + "-gone", QUEUE_ARN=queue.arn)

    named = {(line["code"], line["queue"]) for line in logged() if line["level"] == "ERROR"}
    assert (answer, len(queue.bodies())) == (failed("event-1", "event-2"), 2)
    assert named == {("AWS.SimpleQueueService.NonExistentQueue", queue.arn + "-gone")}


def test_control_character(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A message attribute that SQS takes in no message fails its record alone; in the body it is escaped.
    """
    queue = account.queue("changes")
    image = {"text": {"S": "a\x00b"}}
    mapped = {"QUEUE_ARN": queue.arn, "SQS_ATTRIBUTES": '{"text": "text"}'}

    answers = [
        invoke("send_sqs", [record(1, image), record(2)], **mapped),
        invoke("send_sqs", [record(1, image)], QUEUE_ARN=queue.arn, SQS_ATTRIBUTES=""),
    ]

    reasons = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answers, len(queue.bodies())) == ([failed("event-1"), failed()], 2)
    assert reasons == ["text: the value holds a control character, which SQS takes in no message"]


def test_duplicates_in_one_batch(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A record that is twice in one batch is sent once, also to a standard queue.
    """
    queue = account.queue("changes")

    answer = invoke("send_sqs", [record(1), record(2), record(1)], QUEUE_ARN=queue.arn)

    assert (answer, len(queue.bodies())) == (failed(), 2)


def test_fifo(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A FIFO queue gets one group per item and the eventID as deduplication id, so that a redelivered record arrives once.
    """
    queue = account.queue("changes.fifo")
    keys = {"id": {"S": "item-1"}}
    batch = [record(1), record(2), record(3, dynamodb={"Keys": keys, "OldImage": keys})]

    for _ in range(2):
        assert failed() == invoke("send_sqs", batch, QUEUE_ARN=queue.arn)

    messages = queue.received()
    groups = {json.loads(m["Body"])["eventID"]: m["Attributes"]["MessageGroupId"] for m in messages}
    deduplication = sorted(m["Attributes"]["MessageDeduplicationId"] for m in messages)
    assert (len(messages), deduplication) == (3, ["event-1", "event-2", "event-3"])
    assert (groups["event-1"], 2) == (groups["event-3"], len(set(groups.values())))


def test_fifo_odd_event_id(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    An eventID that SQS would not take as a deduplication id is hashed, and still deduplicates.
    """
    queue = account.queue("changes.fifo")

    for _ in range(2):
        assert failed() == invoke("send_sqs", [record(1, eventID="x" * 129)], QUEUE_ARN=queue.arn)

    (message,) = queue.received()
    assert sha256(b"x" * 129).hexdigest() == message["Attributes"]["MessageDeduplicationId"]


def test_fifo_order(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    After a change that the queue does not take, later changes of the same item are held back; other items' go out.
    """
    queue = account.queue("changes.fifo", MaximumMessageSize="1024")
    batch = [
        record(1),
        record(1, {"text": {"S": "x" * 1024}}, eventID="event-1b"),
        record(1, eventID="event-1c"),
        record(2),
    ]

    # Our own limit is higher than the queue's, so that the queue refuses.
    answer = invoke("send_sqs", batch, QUEUE_ARN=queue.arn)

    sent = sorted(body["eventID"] for body in queue.bodies())
    reasons = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, sent) == (failed("event-1b", "event-1c"), ["event-1", "event-2"])
    assert reasons == [
        "SQS did not take it: InvalidParameterValue",
        "held back: an earlier record of the same item failed",
    ]


def test_url(account: Account) -> None:
    """
    The queue's URL is made of the client's endpoint and the ARN, and it is the one that GetQueueUrl gives.
    """
    queue = account.queue("changes.fifo")

    made = Queue(Address(queue.arn, "eu-central-1"), MIB, queue.sqs).url

    assert queue.sqs.get_queue_url(QueueName="changes.fifo")["QueueUrl"] == made


def test_url_on_aws(record: MakeRecord) -> None:
    """
    On AWS it is the one that the documentation shows.
    """
    sqs = Sqs()

    handle([record()], Settings.from_environment({"QUEUE_ARN": ARN}), {"eu-central-1": sqs})

    assert sqs.urls == {"https://sqs.eu-central-1.amazonaws.com/111122223333/changes"}


def test_new_image_template_failure(account: Account, invoke: Invoke) -> None:
    """
    A failure that has no eventID to be reported by fails the whole batch, after the others were sent.
    """
    queue = account.queue("changes")
    images: list[dict[str, Any]] = [{"text": {"S": "x" * 2000}}, {"text": {"S": "y"}}]

    with pytest.raises(WholeBatchError):
        invoke(
            "send_sqs",
            [{"dynamodb": {"NewImage": image}} for image in images],
            QUEUE_ARN=queue.arn,
            MESSAGE_BYTES="1024",
        )

    assert queue.bodies() == [{"newImage": {"text": "y"}}]


def test_unreadable_event(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    When any part of the event is no record, nothing is sent.
    """
    queue = account.queue("changes")

    with pytest.raises(UnreadableEventError):
        invoke("send_sqs", [record(), {"messageId": "1"}], QUEUE_ARN=queue.arn)

    assert queue.bodies() == []
