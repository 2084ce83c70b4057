"""
Stream records from plain items look as DynamoDB writes them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipes_trigger.testing import ItemError, Stream, insert, modify, remove, ttl_expiry

OLD = {"id": "o-1", "status": "NEW"}
NEW = {"id": "o-1", "status": "PAID"}


def test_insert_whole() -> None:
    """
    An insert is the record of the documentation, field for field, and JSON.
    """
    record = insert(
        NEW, sequence=7, table="t", region="eu-west-1", account="210987654321", stream_label="L", created=1.5
    )
    arn = "arn:aws:dynamodb:eu-west-1:210987654321:table/t/stream/L"
    assert record == {
        "eventID": record["eventID"],
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1.5,
            "Keys": {"id": {"S": "o-1"}},
            "NewImage": {"id": {"S": "o-1"}, "status": {"S": "PAID"}},
            "SequenceNumber": "100000000000000000007",
            "SizeBytes": 5 + 5 + 10,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": arn,
    }
    assert json.loads(json.dumps(record)) == record


@pytest.mark.parametrize(
    ("view_type", "on_insert", "on_modify", "on_remove"),
    [
        ("NEW_AND_OLD_IMAGES", ["NewImage"], ["NewImage", "OldImage"], ["OldImage"]),
        ("NEW_IMAGE", ["NewImage"], ["NewImage"], []),
        ("OLD_IMAGE", [], ["OldImage"], ["OldImage"]),
        ("KEYS_ONLY", [], [], []),
    ],
)
def test_images_by_view_type(view_type: Any, on_insert: list[str], on_modify: list[str], on_remove: list[str]) -> None:
    """
    Each event has the images that the stream's view type gives it, and always the keys.
    """
    made = [insert(NEW, view_type=view_type), modify(OLD, NEW, view_type=view_type), remove(OLD, view_type=view_type)]
    images = [sorted({"NewImage", "OldImage"} & record["dynamodb"].keys()) for record in made]
    assert images == [on_insert, on_modify, on_remove]
    assert [record["dynamodb"]["Keys"] for record in made] == [{"id": {"S": "o-1"}}] * 3


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (insert({"Id": 101, "Message": "New item!"}, keys=("Id",)), 26),
        (
            modify({"Id": 101, "Message": "New item!"}, {"Id": 101, "Message": "This item has changed"}, keys=("Id",)),
            59,
        ),
        (remove({"Id": 101, "Message": "This item has changed"}, keys=("Id",)), 38),
    ],
)
def test_documented_sizes(record: dict[str, Any], expected: int) -> None:
    """
    The three sample records of AWS's documentation have the sizes that are printed there.
    """
    assert record["dynamodb"]["SizeBytes"] == expected


def test_ttl_expiry() -> None:
    """
    An expiry is a REMOVE by the DynamoDB service, and an ordinary REMOVE says nothing of who did it.
    """
    expired = ttl_expiry(OLD, sequence=1)
    identity = expired.pop("userIdentity")
    assert identity == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert expired == remove(OLD, sequence=1)


def test_order_and_identity() -> None:
    """
    Sequence numbers go up and event ids differ from record to record, 32 hex digits each.
    """
    made = [insert(NEW), insert(NEW), modify(OLD, NEW), remove(NEW)]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in made]
    assert numbers == sorted(set(numbers))
    assert len({record["eventID"] for record in made}) == 4
    assert all(len(record["eventID"]) == 32 and int(record["eventID"], 16) for record in made)


def test_deterministic() -> None:
    """
    Two streams of the same settings write the same records.
    """
    first, second = Stream(table="a"), Stream(table="a")
    assert [first.insert(NEW), first.remove(NEW)] == [second.insert(NEW), second.remove(NEW)]


def test_composite_key_and_partition() -> None:
    """
    Keys come in the order of the table, and the ARN is in the stream's partition.
    """
    record = insert({"sk": 1, "pk": b"k", "x": None}, keys=("pk", "sk"), partition="aws-cn", region="cn-north-1")
    assert record["dynamodb"]["Keys"] == {"pk": {"B": "aw=="}, "sk": {"N": "1"}}
    assert record["eventSourceARN"].startswith("arn:aws-cn:dynamodb:cn-north-1:")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (
            {"x": 1},
            (
                "[RC007] item['id']: a key must be a non-empty str, number or bytes, got nothing; "
                "set it, or pass the table's keys as keys="
            ),
        ),
        (
            {"id": ""},
            (
                "[RC007] item['id']: a key must be a non-empty str, number or bytes, got {'S': ''}; "
                "set it, or pass the table's keys as keys="
            ),
        ),
        (
            {"id": True},
            (
                "[RC007] item['id']: a key must be a non-empty str, number or bytes, got {'BOOL': True}; "
                "set it, or pass the table's keys as keys="
            ),
        ),
    ],
)
def test_bad_keys(item: dict[str, object], message: str) -> None:
    """
    An item without a usable key is refused with the key's name.
    """
    with pytest.raises(ItemError) as caught:
        insert(item)
    assert str(caught.value) == message


def test_modify_without_change() -> None:
    """
    A change of nothing is refused, because DynamoDB writes no record for it.
    """
    with pytest.raises(ItemError) as caught:
        modify(OLD, dict(OLD))
    assert str(caught.value) == (
        "[RC008] new: is equal to old, and DynamoDB writes no record for that; change an attribute"
    )


def test_modify_of_key() -> None:
    """
    A change of the key is refused, because DynamoDB cannot do it.
    """
    with pytest.raises(ItemError) as caught:
        modify(OLD, {"id": "o-2"})
    assert str(caught.value) == (
        "[RC008] new['id']: key changed from {'S': 'o-1'} to {'S': 'o-2'}; remove, then insert"
    )


@pytest.mark.parametrize("make", [insert, remove, ttl_expiry])
def test_bad_value_named(make: Any) -> None:
    """
    Every factory names the path to a value that DynamoDB cannot hold.
    """
    with pytest.raises(ItemError, match=r"item\['price'\]: float 0\.5"):
        make({"id": "o-1", "price": 0.5})


def test_stream_settings() -> None:
    """
    A view type that does not exist and missing keys come out in one error.
    """
    with pytest.raises(ItemError) as caught:
        Stream(view_type="NEW", keys=())  # type: ignore[arg-type]  # the fault under test
    assert str(caught.value) == (
        "2 faults in the item:\n"
        "  [RC006] view_type: there is no 'NEW'; use one of KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES\n"
        "  [RC006] keys: must name the table's keys, got (); "
        "pass a tuple of one or two attribute names, such as ('id',)"
    )
