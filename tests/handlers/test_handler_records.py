"""
Reading what the function gets, and answering.
"""

from __future__ import annotations

from typing import Any

import pytest
from failures import UnreadableEventError, WholeBatchError
from records import Record, answer, read_records

ONE = {"eventID": "1", "dynamodb": {}}
TWO = {"eventID": "2", "dynamodb": {}}


@pytest.mark.parametrize(
    "event",
    [
        [{"Records": [ONE]}, {"Records": [TWO]}],
        {"Records": [ONE, TWO]},
        [{"Records": [ONE, TWO]}],
        [ONE, TWO],
        [ONE, {"Records": [TWO]}, {"Records": []}],
        [[ONE], [TWO]],
    ],
)
def test_shapes(event: Any) -> None:
    """
    However records are wrapped, they come out in their order.
    """
    assert [record.raw for record in read_records(event)] == [ONE, TWO]


def test_one_record() -> None:
    """
    A plain record alone is an event.
    """
    assert [Record(ONE, "event")] == read_records(ONE)


@pytest.mark.parametrize("event", [[], {"Records": []}])
def test_empty(event: Any) -> None:
    """
    An event without records is no error.
    """
    assert read_records(event) == []


@pytest.mark.parametrize(
    ("event", "faults"),
    [
        (None, "event is no record but a NoneType"),
        ("text", "event is no record but a str"),
        ({}, "event has neither 'Records' nor 'dynamodb'"),
        ({"Records": "text"}, "event has neither 'Records' nor 'dynamodb'"),
        ([{"dynamodb": "text"}], "event[0] has neither 'Records' nor 'dynamodb'"),
        (
            [ONE, {"Records": [{"messageId": "1"}]}, 5],
            "event[1]['Records'][0] has neither 'Records' nor 'dynamodb'; event[2] is no record but a int",
        ),
        ([1] * 7, "; ".join(f"event[{n}] is no record but a int" for n in range(5)) + "; and 2 more"),
    ],
)
def test_unreadable(event: Any, faults: str) -> None:
    """
    Everything in an event that is no record is named with its place, and none of it quoted.
    """
    with pytest.raises(UnreadableEventError) as raised:
        read_records(event)

    assert f"{faults}; send DynamoDB stream records, as InputTemplate.record() does" == str(raised.value)


@pytest.mark.parametrize("image", [None, "", "text", {}, []])
def test_no_image(image: Any) -> None:
    """
    Whatever an input template makes of an image that is not there, it is no image.
    """
    record = Record({"dynamodb": {"NewImage": image, "Keys": {"id": {"S": "1"}}}}, "event")

    assert (record.new_image, record.image) == (None, {"id": {"S": "1"}})


def test_empty_record() -> None:
    """
    A record may lack everything.
    """
    record = Record({"eventID": "", "eventName": 5, "dynamodb": {}}, "event")

    actual = (record.event_id, record.event_name, record.table, record.keys, record.old_image, record.image)
    assert actual == (None, None, None, None, None, {})


def test_table_of_another_arn() -> None:
    """
    An ARN that names no table gives no table.
    """
    arn = "arn:aws:kinesis:us-east-1:111122223333:stream/s"

    assert Record({"eventSourceARN": arn, "dynamodb": {}}, "event").table is None


def test_identity_without_event_id() -> None:
    """
    Without an eventID the content is the identity, in whatever order its parts came.
    """
    first, same, other = (
        Record({"dynamodb": {"NewImage": image}}, "event").identity
        for image in ({"a": {"S": "1"}, "b": {"S": "2"}}, {"b": {"S": "2"}, "a": {"S": "1"}}, {"a": {"S": "1"}})
    )

    assert (first == same, first == other) == (True, False)


def test_answer() -> None:
    """
    Each failed record is named once.
    """
    expected = {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}

    assert expected == answer(read_records([ONE, TWO, ONE]))


def test_answer_without_event_id() -> None:
    """
    One failed record without an eventID fails the whole batch, and the message says which it is.
    """
    with pytest.raises(WholeBatchError) as raised:
        answer(read_records([ONE, {"dynamodb": {}}, {"eventID": None, "dynamodb": {}}]))

    expected = (
        "3 of the records failed, and 2 of them without an eventID to report it by (the first: event[1]), "
        "so the whole batch fails; keep eventID in the input template"
    )
    assert expected == str(raised.value)
