"""
Queues, topics and event buses as targets, with clients that answer as told.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipes_trigger.delivery import Batch, Element, Entry, Invoke, InvokeResult, InvokeStatus, judge
from pipes_trigger.local.destinations import target_of
from pipes_trigger.spec import TargetParameters

QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
FIFO = f"{QUEUE}.fifo"
TOPIC = "arn:aws:sns:us-east-1:111122223333:orders"
BUS = "arn:aws:events:us-east-1:111122223333:event-bus/orders"
STREAM = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
NO_CONNECTION = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


class Client:
    """
    A client of each service that notes what it is sent.
    """

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.sent: list[dict[str, Any]] = []

    def get_queue_url(self, **request: str) -> dict[str, str]:
        """
        Find the queue.
        """
        assert request["QueueOwnerAWSAccountId"] == "111122223333"
        return {"QueueUrl": f"http://127.0.0.1/{request['QueueName']}"}

    def send_message_batch(self, **request: Any) -> Any:
        """
        Note, and give or raise the outcome.
        """
        self.sent.append(request)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    publish_batch = put_events = send_message_batch


def batch(*texts: str, **fields: Any) -> Invoke:
    """
    Make a batch of records that are rendered already, each with these fields besides its eventID.
    """
    entries = tuple(Entry({"eventID": f"e{number}", **fields}, 0.0, text) for number, text in enumerate(texts))
    return Invoke(Batch(entries), f"[{','.join(texts)}]", 1)


def enriched(records: int, *events: Any) -> Invoke:
    """
    Make a batch of records whose enrichment answered these events.
    """
    elements = tuple(Element(event, json.dumps(event)) for event in events)
    return replace(batch(*["{}"] * records), enriched=elements)


def take(
    arn: str, outcome: Any, action: Invoke, parameters: TargetParameters | None = None
) -> tuple[InvokeResult, list[dict[str, Any]]]:
    """
    Let a target take a batch, and give what it was sent besides.
    """
    client = Client(outcome)
    target = target_of(arn, lambda _service: client, parameters or TargetParameters(), "orders-pipe")
    return target.take(action), client.sent


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


def test_messages_of_a_fifo_queue_name_their_group() -> None:
    """
    A parameter stands for itself, or is a path into the record as it was before the template.
    """
    parameters = TargetParameters(message_group_id="$.dynamodb.Keys.id.N", message_deduplication_id="once")
    action = batch("{}", dynamodb={"Keys": {"id": {"N": "7"}}})
    result, sent = take(FIFO, {}, action, parameters)

    assert result == InvokeResult(InvokeStatus.ANSWERED)
    entry = {"Id": "0", "MessageBody": "{}", "MessageGroupId": "7", "MessageDeduplicationId": "once"}
    assert sent == [{"QueueUrl": "http://127.0.0.1/orders.fifo", "Entries": [entry]}]


def test_a_record_without_its_group_fails_alone() -> None:
    """
    Where a path leads nowhere the record is not sent, and the batch is taken up there.
    """
    action = batch("1", "2")
    records = ({"eventID": "e0", "group": "a"}, {"eventID": "e1"})
    entries = tuple(replace(entry, record=records[place]) for place, entry in enumerate(action.batch.entries))
    result, sent = take(FIFO, {}, Invoke(Batch(entries), "", 1), TargetParameters(message_group_id="$.group"))
    verdict = judge(result, ["e0", "e1"])

    assert [entry["MessageBody"] for entry in sent[0]["Entries"]] == ["1"]
    assert (verdict.first_failed, verdict.reason) == (
        1,
        "1 of 2 messages were refused: $.group leads to no text, number or boolean in this event",
    )


def test_nothing_is_sent_where_no_entry_can_be_made() -> None:
    """
    A batch of which no record has what a parameter asks for reaches nobody.
    """
    result, sent = take(FIFO, {}, batch("1"), TargetParameters(message_group_id="$.group"))

    assert judge(result, ["e0"]).first_failed == 0
    assert sent == []


def test_each_record_is_an_event_of_a_bus() -> None:
    """
    Without parameters source and detail type are those that published events of pipes have.
    """
    result, sent = take(BUS, {"Entries": [{"EventId": "1"}]}, batch('{"id": 1}'))

    assert result == InvokeResult(InvokeStatus.ANSWERED)
    entry = {
        "EventBusName": BUS,
        "Source": "Pipe orders-pipe",
        "DetailType": "Event from aws:dynamodb",
        "Detail": '{"id": 1}',
    }
    assert sent == [{"Entries": [entry]}]


def test_events_are_as_the_parameters_say() -> None:
    """
    Source, detail type, resources and time may each be a path.
    """
    parameters = TargetParameters(
        source="acme.orders", detail_type="$.eventName", resources=("arn:table", "$.eventSourceARN"), time="$.at"
    )
    action = batch("{}", eventName="INSERT", eventSourceARN=STREAM, at="2026-01-01T00:00:00Z")
    _result, sent = take(BUS, {}, action, parameters)

    assert sent[0]["Entries"][0] == {
        "EventBusName": BUS,
        "Source": "acme.orders",
        "DetailType": "INSERT",
        "Detail": "{}",
        "Resources": ["arn:table", STREAM],
        "Time": datetime(2026, 1, 1, tzinfo=UTC),
    }


@pytest.mark.parametrize("at", ["yesterday", "2026-01-01T00:00:00", 1_767_225_600])
def test_a_time_is_as_rfc_3339_has_it(at: object) -> None:
    """
    Anything else refuses the event.
    """
    result, sent = take(BUS, {}, batch("{}", at=at), TargetParameters(time="$.at"))

    assert result.reason == (
        f"1 of 1 events were refused: the time of an event must be as RFC 3339 has it, got {str(at)!r}"
    )
    assert sent == []


def test_a_detail_is_an_object() -> None:
    """
    What a template makes text or a list of is no event.
    """
    result, sent = take(BUS, {}, batch('"text"'))

    assert result.reason == "1 of 1 events were refused: the detail of an event must be a JSON object, got str"
    assert sent == []


def test_refused_events_fail_from_the_first_on() -> None:
    """
    A bus tells for each event, in their order, whether it took it.
    """
    answers = [{"EventId": "1"}, {"ErrorCode": "InternalFailure", "ErrorMessage": "why"}, {"EventId": "3"}]
    result, _sent = take(BUS, {"Entries": answers}, batch("{}", "{}", "{}"))
    verdict = judge(result, ["e0", "e1", "e2"])

    assert (verdict.first_failed, verdict.reason) == (1, "1 of 3 events were refused: InternalFailure: why")


def test_an_enrichment_that_keeps_event_ids_lets_records_fail_alone() -> None:
    """
    The batch is taken up at the record whose eventID the refused event holds, wherever it stands in the answer.
    """
    events = ({"eventID": "e1"}, {"eventID": "e0"}, {"eventID": "e1"})
    result, sent = take(QUEUE, {"Failed": [{"Id": "0", "Code": "Bad", "Message": "no"}]}, enriched(2, *events))

    assert len(sent[0]["Entries"]) == 3
    assert judge(result, ["e0", "e1"]).first_failed == 1


@pytest.mark.parametrize("event", [{}, {"eventID": "nobody"}, {"eventID": ["e0"]}, "text"])
def test_an_enrichment_that_keeps_none_fails_the_batch(event: object) -> None:
    """
    Nothing tells then which records were refused.
    """
    result, _sent = take(QUEUE, {"Failed": [{"Id": "0", "Code": "Bad", "Message": "no"}]}, enriched(2, event))

    assert result == InvokeResult(
        InvokeStatus.REFUSED,
        reason="1 of 1 messages were refused: Bad: no; it holds no eventID of the batch, "
        "so the whole batch counts as failed",
    )


@pytest.mark.parametrize(("arn", "what"), [(QUEUE, "messages"), (TOPIC, "messages"), (BUS, "events")])
def test_more_than_the_target_takes_does_not_reach_it(arn: str, what: str) -> None:
    """
    An enrichment may answer more events than there were records, but not more than ten for these targets.
    """
    result, sent = take(arn, {}, enriched(1, *[{"eventID": "e0"}] * 11))

    assert result == InvokeResult(
        InvokeStatus.REFUSED, reason=f"11 {what} are more than the 10 that the target takes at once"
    )
    assert sent == []
