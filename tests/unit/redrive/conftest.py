"""
A dead-letter queue, a stream and a function that exist in memory, with the faults that a test asks for.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from pipes_trigger.redrive.redriver import Redriver
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PLACE = "eu-west-1:111122223333"
STREAM = f"arn:aws:dynamodb:{PLACE}:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:orders"
PIPE = f"arn:aws:pipes:{PLACE}:pipe/orders"
ARRIVED = 1_767_225_600


def refuse(code: str, operation: str = "Operation") -> NoReturn:
    """
    Raise what boto3 raises when a service answers with an error code.
    """
    raise ClientError({"Error": {"Code": code, "Message": "refused"}}, operation)


def stream_record(number: int, status: str = "PENDING") -> dict[str, Any]:
    """
    Make a record as the Streams API gives it.
    """
    image = {"id": {"S": f"item-{number}"}, "status": {"S": status}}
    return {
        "eventID": f"e{number}",
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": ARRIVED,
            "Keys": {"id": image["id"]},
            "NewImage": image,
            "SequenceNumber": str(number),
        },
    }


def message(first: int, last: int, **changes: Any) -> dict[str, Any]:
    """
    Write a dead-letter message; keyword arguments replace parts of it.
    """
    return {
        "context": {"partnerResourceArn": changes.get("pipe", PIPE), "condition": "RetryAttemptsExhausted"},
        "version": "1.0",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-1",
            "startSequenceNumber": str(first),
            "endSequenceNumber": str(last),
            "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00Z",
            "approximateArrivalOfLastRecord": "2026-01-01T00:00:00Z",
            "batchSize": changes.get("batch_size", last - first + 1),
            "streamArn": STREAM,
        },
    }


@dataclass
class Queue:
    """
    An SQS queue: bodies by message id, and what is hidden.
    """

    bodies: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def put(self, *contents: Any) -> None:
        """
        Add messages m1, m2, ...
        """
        for content in contents:
            body = content if isinstance(content, str) else json.dumps(content)
            self.bodies[f"m{len(self.bodies) + 1}"] = body

    def receive_message(self, **_arguments: Any) -> dict[str, Any]:
        """
        Give the next message that nobody holds, and hide it.
        """
        for name, body in self.bodies.items():
            if not self.hidden.get(name):
                self.hidden[name] = 1
                return {"Messages": [{"MessageId": name, "Body": body, "ReceiptHandle": name}]}
        return {}

    def change_message_visibility(
        self,
        *,
        ReceiptHandle: str,  # noqa: N803 - boto3's name
        VisibilityTimeout: int,  # noqa: N803 - boto3's name
        **_arguments: Any,
    ) -> None:
        """
        Hide a message, or free it.
        """
        self.hidden[ReceiptHandle] = VisibilityTimeout
        self.calls.append(f"{'renew' if VisibilityTimeout else 'release'} {ReceiptHandle}")

    def delete_message(self, *, ReceiptHandle: str, **_arguments: Any) -> None:  # noqa: N803 - boto3's name
        """
        Delete a message.
        """
        del self.bodies[ReceiptHandle]
        self.calls.append(f"delete {ReceiptHandle}")


@dataclass
class Stream:
    """
    One shard: what it holds, and what was asked of it.

    Attributes:
        page: How many records a page has.
        closed: Whether the shard has an end.
        expires_once: The iterator of the next read has expired.
        gone: Every call is answered with this error code.
        denied: Sequence numbers whose positions may not be taken.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    page: int = 2
    closed: bool = False
    expires_once: bool = False
    gone: str = ""
    denied: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def get_shard_iterator(
        self,
        *,
        ShardIteratorType: str,  # noqa: N803 - boto3's name
        SequenceNumber: str = "",  # noqa: N803 - boto3's name
        **_arguments: Any,
    ) -> dict[str, str]:
        """
        Take a position.
        """
        self.asked.append((ShardIteratorType, SequenceNumber))
        if SequenceNumber in self.denied:
            refuse("AccessDeniedException", "GetShardIterator")
        if self.gone:
            refuse(self.gone, "GetShardIterator")
        if ShardIteratorType == "TRIM_HORIZON":
            return {"ShardIterator": "0"}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in self.records]
        if SequenceNumber not in numbers:
            refuse("TrimmedDataAccessException", "GetShardIterator")
        return {"ShardIterator": str(numbers.index(SequenceNumber) + ShardIteratorType.startswith("AFTER"))}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """
        Give a page.
        """
        if self.expires_once:
            self.expires_once = False
            refuse("ExpiredIteratorException", "GetRecords")
        start = int(ShardIterator)
        found = self.records[start : start + self.page]
        following = str(start + len(found))
        return {"Records": found, **({} if self.closed and not found else {"NextShardIterator": following})}


@dataclass
class Function:
    """
    A Lambda function: the event ids of each call, and those that it fails.

    Attributes:
        fails: Event ids for which it raises when they are first in the batch.
        reports: Event ids that it names in batchItemFailures.
        refuses: Every call is answered with this error code.
    """

    calls: list[list[str]] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)
    fails: set[str] = field(default_factory=set)
    reports: set[str] = field(default_factory=set)
    refuses: str = ""

    def invoke(self, *, Payload: bytes, **_arguments: Any) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """
        Note the call and answer.
        """
        if self.refuses:
            refuse(self.refuses, "Invoke")
        self.payloads.append(Payload.decode())
        ids = [envelope["Records"][0]["eventID"] for envelope in json.loads(Payload)]
        self.calls.append(ids)
        if self.fails & set(ids):
            answer = {"errorType": "KeyError", "errorMessage": "release"}
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(answer).encode())}
        named = [{"itemIdentifier": each} for each in ids if each in self.reports]
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": named}).encode())}


@dataclass
class Site:
    """
    Everything around a redrive.
    """

    queue: Queue = field(default_factory=Queue)
    stream: Stream = field(default_factory=Stream)
    function: Function = field(default_factory=Function)

    def hold(self, numbers: Iterable[int], status: str = "PENDING") -> None:
        """
        Put records into the stream.
        """
        self.stream.records += [stream_record(number, status) for number in numbers]

    def redriver(self, *, dry_run: bool = False, **parameters: Any) -> Redriver:
        """
        Give a redriver of a pipe whose template has these stream parameters.
        """
        clients = {"sqs": self.queue, "dynamodbstreams": self.stream, "lambda": self.function}
        return Redriver(
            pipe_spec(**parameters),
            pipe_name="orders",
            queue="https://queue",
            target_arn=FUNCTION,
            clients=clients.__getitem__,
            dry_run=dry_run,
        )

    def outcomes(self, **options: Any) -> list[str]:
        """
        Run a redrive and give its outcomes as text.
        """
        return [str(outcome) for outcome in self.redriver(**options).run()]


def pipe_spec(*, bisect: bool = True, **parameters: Any) -> PipeSpec:
    """
    Read a pipe with a filter on PENDING and the default template.
    """
    template = '{"Records": [{"eventID": <$.eventID>, "dynamodb": <$.dynamodb>, "eventSourceARN": <$.eventSourceARN>}]}'
    stream = {
        "StartingPosition": "LATEST",
        "BatchSize": 10,
        **({"OnPartialBatchItemFailure": "AUTOMATIC_BISECT"} if bisect else {}),
        **parameters,
    }
    properties = {
        "Name": "orders",
        "Source": STREAM,
        "Target": FUNCTION,
        "SourceParameters": {
            "DynamoDBStreamParameters": stream,
            "FilterCriteria": {"Filters": [{"Pattern": '{"dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}}'}]},
        },
        "TargetParameters": {"InputTemplate": template},
    }
    return PipeSpec.from_template({"Resources": {"Orders": {"Type": "AWS::Pipes::Pipe", "Properties": properties}}})


@pytest.fixture
def site() -> Site:
    """
    Give an empty queue, an empty stream and a function that takes everything.
    """
    return Site()


@pytest.fixture
def dead_letter() -> Callable[..., dict[str, Any]]:
    """
    Give the writer of dead-letter messages.
    """
    return message
