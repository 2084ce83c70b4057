"""
`put_events.handler` against EventBridge buses with rules to SQS queues.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from buses import Settings, handle
from failures import UnreadableEventError, WholeBatchError

from tests.handlers.conftest import STREAM
from tests.handlers.shapes import failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

ARN = "arn:aws:events:eu-central-1:111122223333:event-bus/changes"
OURS = {"source": ["pipes-trigger"]}
LIMIT = 999_999


class Events:
    """
    An EventBridge client that notes the requests, and refuses some entries.
    """

    def __init__(self, *refused: str, answers: int = 10) -> None:
        self.requests: list[list[dict[str, Any]]] = []
        self._refused = refused
        self._answers = answers

    def put_events(self, **request: Any) -> dict[str, Any]:
        """
        Take what is not refused.
        """
        entries = request["Entries"]
        self.requests.append(entries)
        answers = [
            {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
            if json.loads(entry["Detail"])["eventID"] in self._refused
            else {"EventId": "e"}
            for entry in entries
        ]
        count = sum("ErrorCode" in each for each in answers)
        return {"FailedEntryCount": count, "Entries": answers[: self._answers]}


def put(records: list[dict[str, Any]], events: Events, **variables: str) -> dict[str, Any]:
    """
    Put records on a bus of this client.
    """
    return handle(records, Settings.from_environment({"BUS": ARN, **variables}), {"eu-central-1": events})


def test_every_record_reaches_every_bus(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Each bus in the environment gets each record as an event with the change as its detail and the table as a resource.
    """
    buses = [account.bus(name, OURS) for name in ("one", "two")]

    answer = invoke("put_events", [record(1, {"n": {"N": "1.50"}})], EVENT_BUS_ARN=",".join(bus.arn for bus in buses))

    detail = {
        "eventID": "event-1",
        "eventName": "INSERT",
        "table": "requests",
        "keys": {"id": "item-1"},
        "newImage": {"id": "item-1", "n": 1.5},
    }
    expected = {
        "source": "pipes-trigger",
        "detail-type": "DynamoDB change",
        "detail": detail,
        "resources": [STREAM.partition("/stream/")[0]],
    }
    for bus in buses:
        (event,) = bus.bodies()
        assert (answer, {name: event[name] for name in expected}) == (failed(), expected)


def test_named_source_and_type(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Source and detail type are what the environment says, and rules match on them.
    """
    bus = account.bus("orders", {"source": ["shop.orders"], "detail": {"dynamodb": {"SequenceNumber": ["2"]}}})
    named = {"EVENT_SOURCE": "shop.orders", "DETAIL_TYPE": "Order changed", "EVENT_DETAIL": "record"}

    invoke("put_events", [record(1), record(2)], EVENT_BUS_ARN=bus.arn, **named)

    assert [(event["detail-type"], event["detail"]) for event in bus.bodies()] == [("Order changed", record(2))]


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (1_767_225_600, {"Time": datetime(2026, 1, 1, tzinfo=UTC)}),
        (1_767_225_600.5, {"Time": datetime(2026, 1, 1, microsecond=500_000, tzinfo=UTC)}),
        (None, {}),
        ("2026-01-01", {}),
        (10**30, {}),
    ],
)
def test_time(record: MakeRecord, created: Any, expected: dict[str, Any]) -> None:
    """
    The event's time is the change's, where the record tells it; the bus takes its own otherwise.
    """
    events = Events()
    change = record()
    change["dynamodb"]["ApproximateCreationDateTime"] = created

    put([change], events)

    ((entry,),) = events.requests
    assert {name: value for name, value in entry.items() if name == "Time"} == expected


def test_without_a_table(record: MakeRecord) -> None:
    """
    Where the template left the stream's ARN out, the event has no resource.
    """
    events = Events()

    put([record(eventSourceARN=None)], events)

    assert [sorted(entry) for entry in events.requests[0]] == [["Detail", "DetailType", "EventBusName", "Source"]]


def test_failed_entries(record: MakeRecord, logged: Logged) -> None:
    """
    What the bus did not take is mapped back to its record, and the others are done.
    """
    events = Events("event-3", "event-11")

    answer = put([record(number) for number in range(12)], events)

    reasons = [(line["eventID"], line["reason"]) for line in logged() if line["level"] == "ERROR"]
    assert answer == failed("event-3", "event-11")
    assert reasons == [
        (event_id, "EventBridge did not take it: ThrottlingException") for event_id in ("event-3", "event-11")
    ]


def test_words_of_the_service(record: MakeRecord, logged: Logged) -> None:
    """
    With LOG_RECORDS=true what the service says of an entry is logged, too.
    """
    put([record(1)], Events("event-1"), LOG_RECORDS="true")

    assert [line["detail"] for line in logged() if line["level"] == "ERROR"] == ["slow down"]


def test_unanswered_entry(record: MakeRecord) -> None:
    """
    An entry that the service's answer leaves out counts as failed.
    """
    assert put([record(1), record(2)], Events(answers=1)) == failed("event-2")


def test_refused_by_the_emulator(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A bus that does not exist fails its records, and they are put on the other one all the same.
    """
    bus = account.bus("changes", OURS)
    gone = bus.arn.replace("event-bus/changes", "event-bus/gone").replace(account.session.account, "999999999999")

    answer = invoke("put_events", [record(1), record(2)], GONE=gone, EVENT_BUS_ARN=bus.arn)

    named = {line["bus"] for line in logged() if line["level"] == "ERROR"}
    assert (answer, len(bus.bodies()), named) == (failed("event-1", "event-2"), 2, {gone})


def sized(record: MakeRecord, event_id: str, size: int) -> dict[str, Any]:
    """
    Give a record whose entry has this many bytes.
    """
    empty = '{"eventID":"","eventName":"INSERT","table":"requests","keys":{"id":"item-1"},"newImage":{"id":"item-1",'
    around = len(empty + '"text":""}}') + len("pipes-triggerDynamoDB change") + len(STREAM.partition("/stream/")[0])
    made: dict[str, Any] = record(1, {"text": {"S": "x" * (size - around - len(event_id) - 14)}}, eventID=event_id)
    made["dynamodb"]["ApproximateCreationDateTime"] = 1_767_225_600
    return made


@pytest.mark.parametrize(
    ("sizes", "requests"),
    [
        ([LIMIT - 500_000, 500_000, 500], [["0", "1"], ["2"]]),
        ([LIMIT - 500_000, 500_001, 500], [["0"], ["1", "2"]]),
        ([LIMIT + 1, LIMIT, 500], [["1"], ["2"]]),
        ([500] * 11, [[str(number) for number in range(10)], ["10"]]),
    ],
)
def test_requests(record: MakeRecord, sizes: list[int], requests: list[list[str]]) -> None:
    """
    A request holds at most ten entries and less than 1 MB in all, counted as the user guide says.
    """
    events = Events()
    records = [sized(record, str(number), size) for number, size in enumerate(sizes)]

    answer = put(records, events)

    sent = [[json.loads(entry["Detail"])["eventID"] for entry in request] for request in events.requests]
    lost = [str(number) for number, size in enumerate(sizes) if size > LIMIT]
    assert (answer, sorted(sent)) == (failed(*lost), sorted(requests))


def test_smaller_limit(record: MakeRecord, logged: Logged) -> None:
    """
    ENTRY_BYTES is for where the limit is another one, and what is larger is logged with its size.
    """
    answer = put([sized(record, "event-1", 2000), sized(record, "event-2", 1024)], Events(), ENTRY_BYTES="1024")

    reasons = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, reasons) == (failed("event-1"), ["the message has 2000 bytes, the limit is 1024"])


def test_duplicates_in_one_batch(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A record that is twice in one batch is one event.
    """
    bus = account.bus("changes", OURS)

    answer = invoke("put_events", [record(1), record(2), record(1)], EVENT_BUS_ARN=bus.arn)

    assert (answer, len(bus.bodies())) == (failed(), 2)


def test_poison_record(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A value that is no DynamoDB JSON fails its record alone, and the log does not quote it.
    """
    bus = account.bus("changes", OURS)

    answer = invoke("put_events", [record(1, {"n": {"N": "s3cret"}}), record(2)], EVENT_BUS_ARN=bus.arn)

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, [event["detail"]["eventID"] for event in bus.bodies()]) == (failed("event-1"), ["event-2"])
    assert reason == "not DynamoDB JSON (InvalidOperation while decoding)"


def test_new_image_template_failure(record: MakeRecord) -> None:
    """
    A failure that has no eventID to be reported by fails the whole batch, after the others were put.
    """
    events = Events()
    bare = [{"dynamodb": {"NewImage": {"n": {"N": number}}}} for number in ("x", "1")]

    class Bare(Events):
        def put_events(self, **request: Any) -> dict[str, Any]:
            events.requests.append(request["Entries"])
            return {"Entries": [{"EventId": "e"}]}

    with pytest.raises(WholeBatchError):
        put(bare, Bare())

    assert [entry["Detail"] for entry in events.requests[0]] == ['{"newImage":{"n":1}}']


def test_unreadable_event(record: MakeRecord) -> None:
    """
    When any part of the event is no record, nothing is put.
    """
    events = Events()

    with pytest.raises(UnreadableEventError):
        put([record(), {"messageId": "1"}], events)

    assert events.requests == []
