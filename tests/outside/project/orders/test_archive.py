import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from pipes_trigger import ApplicationHelper, DynamoDBStreamTrigger, StreamSource, TriggerTargetError
from pipes_trigger.testing import LocalAccount, assert_trigger

from .archive import KINESIS_STREAM, ArchiveStack


@pytest.fixture
def stack(tmp_path: Path) -> ArchiveStack:
    return ArchiveStack(App(outdir=str(tmp_path / "cdk.out")), "Archive")


def test_the_archiver_may_write_to_its_stream_and_nothing_else(stack: ArchiveStack) -> None:
    (
        assert_trigger(stack, "order-archiver")
        .may("kinesis:PutRecord", on=stack.archive)
        .may_not("kinesis:PutRecord", on="arn:aws:kinesis:*:*:stream/payments")
        .may_only("kinesis:PutRecord", "logs:*", "xray:*")
    )


def test_what_is_no_archive_stream_is_refused(stack: ArchiveStack) -> None:
    with pytest.raises(TriggerTargetError, match=r"is no ARN of a Kinesis stream"):
        DynamoDBStreamTrigger(
            stack,
            "wrong",
            app_helper=ApplicationHelper(environment="dev", environments={"dev": {}}),
            trigger_type=KINESIS_STREAM,
            source=StreamSource.new_table(),
            resource_base_name="wrong",
            lambda_handler="archive.handler",
            lambda_code_path=Path(__file__).with_name("code"),
            env_vars={"TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:orders"},
        )


def test_an_order_is_archived(stack: ArchiveStack, local_pipes: LocalAccount) -> None:
    orders = local_pipes.deploy(stack)
    orders.put({"id": "1", "status": "PLACED"})
    kinesis = orders.client("kinesis")
    (name,) = kinesis.list_streams()["StreamNames"]
    (shard,) = kinesis.list_shards(StreamName=name)["Shards"]

    def archived() -> list[Any]:
        start = kinesis.get_shard_iterator(StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        records: list[Any] = kinesis.get_records(ShardIterator=start)["Records"]
        return records

    (record,) = orders.wait_for(archived, what="record in the archive")
    assert json.loads(record["Data"])["dynamodb"]["Keys"] == {"id": {"S": "1"}}
