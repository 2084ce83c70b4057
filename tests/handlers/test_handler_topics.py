"""
`publish_sns.handler` against SNS topics with SQS queues behind them.
"""

from __future__ import annotations

import json
import urllib.parse
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from botocore.validate import ParamValidator
from clients import client
from failures import UnreadableEventError, WholeBatchError
from hypothesis import given
from hypothesis import strategies as st
from topics import Settings, connect, handle, urlencode

from tests.handlers.shapes import failed, image_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

DIGITS = "1234567890123456789012345678901234567.8"
LIMIT = 256 * 1024


def test_change_as_plain_json(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    The body is the change as plain JSON: numbers with all 38 digits, binary as base64, sets sorted, unicode kept.
    """
    topic = account.topic("changes")
    new = {
        "id": {"S": "item-1"},
        "name": {"S": 'Zoë "🚀"\n\x00\ufffe'},
        "sum": {"N": DIGITS},
        "photo": {"B": "AP8="},
        "tags": {"SS": ["b", "a"]},
        "sizes": {"NS": ["10", "9.50"]},
        "parts": {"BS": ["AA=="]},
        "more": {"M": {"list": {"L": [{"NULL": True}, {"BOOL": False}]}}},
    }
    change = {"Keys": {"id": {"S": "item-1"}}, "NewImage": new, "OldImage": {"id": {"S": "item-1"}, "sum": {"N": "1"}}}

    answer = invoke("publish_sns", [record(1, eventName="MODIFY", dynamodb=change)], TOPIC_ARN=topic.arn)

    (message,) = topic.received()
    expected = {
        "eventID": "event-1",
        "eventName": "MODIFY",
        "table": "requests",
        "keys": {"id": "item-1"},
        "newImage": {
            "id": "item-1",
            "name": 'Zoë "🚀"\n\x00\ufffe',
            "sum": Decimal(DIGITS),
            "photo": "AP8=",
            "tags": ["a", "b"],
            "sizes": [Decimal("9.50"), 10],
            "parts": ["AA=="],
            "more": {"list": [None, False]},
        },
        "oldImage": {"id": "item-1", "sum": 1},
    }
    assert (failed(), expected) == (answer, json.loads(message["Body"], parse_float=Decimal))
    assert "Zoë" in message["Body"]


def test_record_as_body(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With MESSAGE_BODY=record the body is the record as it came.
    """
    topic = account.topic("records")

    invoke("publish_sns", [record(1, {"n": {"N": "1"}})], TOPIC_ARN=topic.arn, MESSAGE_BODY="record")

    assert topic.bodies() == [record(1, {"n": {"N": "1"}})]


def test_attributes(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Event name, table and mapped attributes go along, each of the type that subscription filters know.
    """
    topic = account.topic("changes")
    image = {
        "customer": {"M": {"id": {"S": "c-1"}}},
        "sum": {"N": "12.50"},
        "paid": {"BOOL": True},
        "tags": {"SS": ["b", "a"]},
        "lines": {"L": [{"M": {}}]},
        "hash": {"B": "AP8="},
        "empty": {"S": ""},
    }
    names = ("customer.id", "sum", "paid", "tags", "lines", "hash", "empty", "missing")
    mapped = {name.replace(".", "_"): name for name in names}

    invoke("publish_sns", [record(1, image)], TOPIC_ARN=topic.arn, SNS_ATTRIBUTES=json.dumps(mapped))

    (message,) = topic.received()
    attributes = {
        name: (attribute["DataType"], attribute["StringValue"])
        for name, attribute in message["MessageAttributes"].items()
    }
    assert attributes == {
        "eventName": ("String", "INSERT"),
        "table": ("String", "requests"),
        "customer_id": ("String", "c-1"),
        "sum": ("Number", "12.50"),
        "paid": ("String", "true"),
        "tags": ("String.Array", '["a","b"]'),
        "lines": ("String", "[{}]"),
        "hash": ("String", "AP8="),
    }


def test_subscription_filter(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A subscription can filter on the event name, and on an attribute of a removed item, which is in the old image.
    """
    topic = account.topic("changes", {"eventName": ["REMOVE"], "status": ["SHIPPED"]})
    keys = {"id": {"S": "item-2"}}
    removal = record(2, eventName="REMOVE", dynamodb={"Keys": keys, "OldImage": {**keys, "status": {"S": "SHIPPED"}}})

    answer = invoke("publish_sns", [record(1), removal], TOPIC_ARN=topic.arn, SNS_ATTRIBUTES='{"status": "status"}')

    assert (failed(), ["event-2"]) == (answer, [body["eventID"] for body in topic.bodies()])


def test_missing_attribute(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    With MISSING_ATTRIBUTE=error a record without the attribute is reported, once however many topics there are.
    """
    topics = [account.topic(name) for name in ("one", "two")]
    arns = ",".join(topic.arn for topic in topics)
    mapped = {"SNS_ATTRIBUTES": '{"status": "state.name"}', "MISSING_ATTRIBUTE": "error"}
    named = {"state": {"M": {"name": {"S": "OPEN"}}}}

    answer = invoke("publish_sns", [record(1), record(2, named)], TOPIC_ARNS=arns, **mapped)

    reasons = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    published = [[body["eventID"] for body in topic.bodies()] for topic in topics]
    assert (failed("event-1"), [["event-2"], ["event-2"]]) == (answer, published)
    assert reasons == ["status: the item has no state.name"] * 2


def test_more_than_one_request(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    23 records take three requests, and each of them arrives.
    """
    topic = account.topic("changes")

    answer = invoke("publish_sns", [record(number) for number in range(23)], TOPIC_ARN=topic.arn, LOG_LEVEL="DEBUG")

    assert (failed(), {f"event-{n}" for n in range(23)}) == (answer, {body["eventID"] for body in topic.bodies()})
    assert sum(line["message"] == "published" for line in logged()) == 23


@pytest.mark.parametrize(("size", "expected"), [(LIMIT, ["event-1", "event-2"]), (LIMIT + 1, ["event-2"])])
def test_size(account: Account, invoke: Invoke, record: MakeRecord, size: int, expected: list[str]) -> None:
    """
    A message of 256 KB, attributes counted, goes out, one of a byte more is reported, and the others go out either way.
    """
    topic = account.topic("changes")

    answer = invoke("publish_sns", [record(1, image_of(size)), record(2)], TOPIC_ARN=topic.arn)

    lost = [name for name in ("event-1", "event-2") if name not in expected]
    assert (failed(*lost), expected) == (answer, sorted(body["eventID"] for body in topic.bodies()))


class Counting:
    """
    An SNS client that notes the requests.
    """

    def __init__(self) -> None:
        self.requests: list[list[str]] = []

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        """
        Take every entry.
        """
        entries = request["PublishBatchRequestEntries"]
        self.requests.append([json.loads(entry["Message"])["eventID"] for entry in entries])
        return {"Successful": [{"Id": entry["Id"], "MessageId": "m"} for entry in entries]}


@pytest.mark.parametrize(
    ("sizes", "requests"),
    [
        ([LIMIT // 2, LIMIT // 2, 200], [["0", "1"], ["2"]]),
        ([LIMIT // 2, LIMIT // 2 + 1, 200], [["0"], ["1", "2"]]),
        ([LIMIT, 200, 200], [["0"], ["1", "2"]]),
        ([200] * 11, [[str(number) for number in range(10)], ["10"]]),
    ],
)
def test_requests(record: MakeRecord, sizes: list[int], requests: list[list[str]]) -> None:
    """
    A request holds at most ten messages and 256 KB in all, neither one less where it fits.
    """
    sns = Counting()
    arn = "arn:aws:sns:eu-central-1:111122223333:changes"
    # `image_of` counts with the eventID `event-1`.
    records = [
        record(1, image_of(size + len("event-1") - len(str(number))), eventID=str(number))
        for number, size in enumerate(sizes)
    ]

    answer = handle(records, Settings.from_environment({"TOPIC_ARN": arn}), {"eu-central-1": sns})

    # Requests of a standard topic go side by side, so they may arrive in any order.
    assert (answer, sorted(sns.requests)) == (failed(), sorted(requests))


def test_unanswered_entry(record: MakeRecord) -> None:
    """
    An entry that the service's answer leaves out counts as failed.
    """

    class Silent:
        def publish_batch(self, **_request: Any) -> dict[str, Any]:
            return {}

    arn = "arn:aws:sns:eu-central-1:111122223333:changes"
    settings = Settings.from_environment({"TOPIC_ARN": arn})

    assert failed("event-1") == handle([record()], settings, {"eu-central-1": Silent()})


def test_size_is_the_services(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Size is counted here as the endpoint counts it: of two messages of its limit and a byte more it takes the first.
    """
    topic = account.topic("changes")
    sizes = {1: LIMIT, 2: LIMIT + 1}
    records = [record(number, image_of(size)) for number, size in sizes.items()]

    answer = invoke("publish_sns", records, TOPIC_ARN=topic.arn, MESSAGE_BYTES=str(1024 * 1024))

    assert (failed("event-2"), ["event-1"]) == (answer, [body["eventID"] for body in topic.bodies()])


def test_too_large_is_named(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A message that is too large is logged with its size and the limit.
    """
    topic = account.topic("changes")

    invoke("publish_sns", [record(1, image_of(2000))], TOPIC_ARN=topic.arn, MESSAGE_BYTES="1024")

    reason = next(line["reason"] for line in logged() if line["level"] == "ERROR")
    assert reason == "the message has 2000 bytes, the limit is 1024"


def test_topic_that_is_gone(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A topic that does not exist fails every record, and they are published to the other topic all the same.
    """
    topic = account.topic("changes")

    answer = invoke("publish_sns", [record(1), record(2)], GONE=topic.arn + "-gone", TOPIC_ARN=topic.arn)

    codes = {line["code"] for line in logged() if line["level"] == "ERROR"}
    assert (failed("event-1", "event-2"), 2, {"NotFound"}) == (answer, len(topic.bodies()), codes)


def test_fifo(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A FIFO topic gets one group per item and the eventID as deduplication id, so that a redelivered record arrives once.
    """
    topic = account.topic("changes.fifo")
    keys = {"id": {"S": "item-1"}}
    batch = [record(1), record(2), record(3, dynamodb={"Keys": keys, "OldImage": keys})]

    for _ in range(2):
        assert failed() == invoke("publish_sns", batch, TOPIC_ARN=topic.arn)

    messages = topic.received()
    groups = {json.loads(m["Body"])["eventID"]: m["Attributes"]["MessageGroupId"] for m in messages}
    deduplication = sorted(m["Attributes"]["MessageDeduplicationId"] for m in messages)
    assert (len(messages), deduplication) == (3, ["event-1", "event-2", "event-3"])
    assert (groups["event-1"], 2) == (groups["event-3"], len(set(groups.values())))


@pytest.mark.parametrize("event_id", ["two words", "Zoë", "x" * 129])
def test_fifo_odd_event_id(account: Account, invoke: Invoke, record: MakeRecord, event_id: str) -> None:
    """
    An eventID that SNS would not take as a deduplication id is hashed, and still deduplicates.
    """
    topic = account.topic("changes.fifo")

    for _ in range(2):
        assert failed() == invoke("publish_sns", [record(1, eventID=event_id)], TOPIC_ARN=topic.arn)

    (message,) = topic.received()
    assert sha256(event_id.encode()).hexdigest() == message["Attributes"]["MessageDeduplicationId"]


def test_fifo_order(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    After a change that the topic does not take, later changes of the same item are held back; other items' go out.
    """
    topic = account.topic("changes.fifo")
    batch = [
        record(1),
        record(1, image_of(LIMIT + 1), eventID="event-1b"),
        record(1, eventID="event-1c"),
        record(2),
    ]

    # Our own limit is higher than the endpoint's, so that the endpoint refuses.
    answer = invoke("publish_sns", batch, TOPIC_ARN=topic.arn, MESSAGE_BYTES=str(1024 * 1024))

    published = [body["eventID"] for body in topic.bodies()]
    reasons = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (failed("event-1b", "event-1c"), ["event-1", "event-2"]) == (answer, sorted(published))
    assert reasons == [
        "SNS did not take it: InvalidParameter",
        "held back: an earlier record of the same item failed",
    ]


@pytest.mark.parametrize(
    ("first", "environment"),
    [
        ({"image": {"text": {"S": "x" * 2000}}}, {"MESSAGE_BYTES": "1024"}),
        ({"image": {"state": {"NULL": True}}}, {"SNS_ATTRIBUTES": '{"id": "id", "s": "state"}'}),
        ({"image": {"state": {"S": "\ud800"}}}, {"SNS_ATTRIBUTES": '{"id": "id", "s": "state"}'}),
    ],
    ids=["too large", "no attribute", "half a character"],
)
def test_fifo_order_without_a_request(
    account: Account, invoke: Invoke, record: MakeRecord, first: dict[str, Any], environment: dict[str, str]
) -> None:
    """
    A change that cannot even be sent holds back the later ones of its item, too.
    """
    topic = account.topic("changes.fifo")
    whole = {"state": {"S": "OPEN"}}
    batch = [record(1, **first), record(1, whole, eventID="event-1b"), record(2, whole)]

    answer = invoke("publish_sns", batch, TOPIC_ARN=topic.arn, MISSING_ATTRIBUTE="error", **environment)

    assert (failed("event-1", "event-1b"), ["event-2"]) == (answer, [body["eventID"] for body in topic.bodies()])


def test_fifo_without_keys(account: Account, invoke: Invoke) -> None:
    """
    Records that tell neither key nor eventID share a group, keep their order, and equal ones arrive once.
    """
    topic = account.topic("changes.fifo")
    images = [{"dynamodb": {"NewImage": {"n": {"N": str(number)}}}} for number in (1, 2, 3)]

    for _ in range(2):
        assert failed() == invoke("publish_sns", images, TOPIC_ARN=topic.arn)

    messages = []
    while batch := topic.bodies():
        messages += batch
    assert messages == [{"newImage": {"n": number}} for number in (1, 2, 3)]


def test_new_image_template_failure(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A failure that has no eventID to be reported by fails the whole batch, after the others were published.
    """
    topic = account.topic("changes")
    images: list[dict[str, Any]] = [{"text": {"S": "x" * 2000}}, {"text": {"S": "y"}}]

    batch = [{"dynamodb": {"NewImage": image}} for image in images]
    with pytest.raises(WholeBatchError):
        invoke("publish_sns", batch, TOPIC_ARN=topic.arn, MESSAGE_BYTES="1024")

    assert topic.bodies() == [{"newImage": {"text": "y"}}]


def test_unreadable_value(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A value that is no DynamoDB JSON fails its record alone, and the log does not quote it.
    """
    topic = account.topic("changes")

    answer = invoke("publish_sns", [record(1, {"n": {"N": "s3cret"}}), record(2)], TOPIC_ARN=topic.arn)

    lines = logged()
    reason = next(line["reason"] for line in lines if line["level"] == "ERROR")
    assert (failed("event-1"), ["event-2"]) == (answer, [body["eventID"] for body in topic.bodies()])
    assert reason == "not DynamoDB JSON (InvalidOperation while decoding)"


def test_unreadable_event(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    When any part of the event is no record, nothing is published.
    """
    topic = account.topic("changes")

    with pytest.raises(UnreadableEventError):
        invoke("publish_sns", [record(), {"messageId": "1"}], TOPIC_ARN=topic.arn)

    assert topic.bodies() == []


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.binary() | st.booleans()))
def test_form(form: dict[str, Any]) -> None:
    """
    The form of a request is encoded as Python's own `urlencode` does it.
    """
    assert urllib.parse.urlencode(form) == urlencode(form)


def test_form_without_utf_8() -> None:
    """
    What has no UTF-8 is as wrong as for Python's own `urlencode`.
    """
    with pytest.raises(UnicodeEncodeError):
        urlencode({"Message": "\ud800"})


@pytest.mark.parametrize("name", ["changes", "changes.fifo"])
def test_requests_need_no_check(record: MakeRecord, name: str) -> None:
    """
    A request is always of the types that botocore would check, whatever the item holds, so it need not look.
    """
    values: dict[str, Any] = {
        "text": {"S": "Zoë"},
        "number": {"N": DIGITS},
        "binary": {"B": "AP8="},
        "flag": {"BOOL": False},
        "nothing": {"NULL": True},
        "empty": {"S": ""},
        "list": {"L": [{"S": "a"}, {"N": "1"}]},
        "nested": {"L": [{"M": {}}]},
        "map": {"M": {"a": {"NULL": True}}},
        "names": {"SS": ["b", "a"]},
    }
    variables = {
        "TOPIC_ARN": f"arn:aws:sns:eu-central-1:111122223333:{name}",
        "SNS_ATTRIBUTES": json.dumps({name: name for name in [*values, "missing"]}),
    }
    settings = Settings.from_environment(variables)
    sns = connect(settings)["eu-central-1"]
    shape = sns.meta.service_model.operation_model("PublishBatch").input_shape
    requests: list[dict[str, Any]] = []
    entries = "PublishBatchRequestEntries"

    class Keeping:
        def publish_batch(self, **request: Any) -> dict[str, Any]:
            requests.append(request)
            return {"Successful": [{"Id": each["Id"], "MessageId": "m"} for each in request[entries]]}

    handle([record(1, values), {"dynamodb": {}}, record(3, eventID="é")], settings, {"eu-central-1": Keeping()})

    (request,) = requests
    assert len(request[entries]) == 3
    assert ParamValidator().validate(request, shape).generate_report() == ""


def test_client() -> None:
    """
    A topic's client is as any other, apart from that check.
    """
    settings = Settings.from_environment({"TOPIC_ARN": "arn:aws:sns:eu-central-1:111122223333:changes"})
    ours, other = (each.meta.config for each in (connect(settings)["eu-central-1"], client("sns", "eu-central-1")))

    names = ("retries", "connect_timeout", "read_timeout", "max_pool_connections", "signature_version", "user_agent")
    assert [getattr(other, name) for name in names] == [getattr(ours, name) for name in names]
