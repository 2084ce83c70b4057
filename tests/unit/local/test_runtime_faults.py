"""
A running pipe when something goes wrong, against a stream and a function made of Python.
"""

from __future__ import annotations

import io
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipes_trigger.delivery import Backoff
from pipes_trigger.errors import ConfigurationError, LocalRunError
from pipes_trigger.local.events import (
    BatchFailed,
    BatchInvoked,
    BatchSucceeded,
    DeadLetterFailed,
    PipeFailed,
    PipeReady,
    PipeStopped,
    RecordDeadLettered,
    RecordDelivered,
    RecordDiscarded,
    RecordFiltered,
    RecordRead,
    RecordsTrimmed,
    StreamUnavailable,
)
from pipes_trigger.local.reporter import Progress
from pipes_trigger.local.runtime import PipeRuntime
from pipes_trigger.spec import TargetParameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STREAM = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:orders"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:letters"
NO_CONNECTION = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
SOON = 20.0
FOREVER = 3600.0


def client_error(code: str) -> ClientError:
    """
    Make an error as boto3 raises it.
    """
    return ClientError({"Error": {"Code": code, "Message": "why"}}, "Call")


@dataclass(frozen=True, kw_only=True)
class Pipe:
    """
    Settings as `PipeSpec` has them; records whose id begins with a dash are refused.
    """

    name: str = "orders-pipe"
    starting_position: str = "TRIM_HORIZON"
    enrichment: Any = None
    filters: tuple[Any, ...] = ()
    batch_size: int = 2
    batching_window: int = 0
    parallelization_factor: int = 1
    maximum_retry_attempts: int = 0
    maximum_record_age: int = -1
    bisect: bool = False
    target_parameters: TargetParameters = field(default_factory=TargetParameters)

    def passes(self, record: Any) -> bool:
        """
        Say whether the id has no dash.
        """
        return not record["eventID"].startswith("-")

    def element_text(self, record: Any, pipe: Any = None) -> str:
        """
        Render the id and who sends it.
        """
        return json.dumps([record["eventID"], pipe.pipe_arn])

    enrichment_text = enriched_text = element_text


@dataclass
class Aws:
    """
    The clients of the services that a pipe uses, as one object; errors queued for a call come first.
    """

    shards: dict[str, list[str]] = field(default_factory=lambda: {"a": []})
    closed: set[str] = field(default_factory=set)
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    respond: Callable[[list[str]], Any] = lambda _ids: None
    sent: list[list[str]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)

    def client(self, _service: str) -> Aws:
        """
        Give the client of any service.
        """
        return self

    def describe_stream(self, **_request: Any) -> dict[str, Any]:
        """
        Describe the shards, each the child of the one before.
        """
        self._check("describe_stream")
        names = list(self.shards)
        parents = ["", *names][: len(names)]
        shards = [{"ShardId": name, "ParentShardId": parent} for name, parent in zip(names, parents, strict=True)]
        return {"StreamDescription": {"Shards": shards}}

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:
        """
        Take the position at the beginning.
        """
        return {"ShardIterator": f"{request['ShardId']}:0"}

    def get_records(self, **request: Any) -> dict[str, Any]:
        """
        Read up to a thousand records.
        """
        self._check("get_records")
        name, position = request["ShardIterator"].split(":")
        begin = int(position)
        found = self.shards[name][begin : begin + 1000]
        end = begin + len(found)
        records = [
            {"eventID": id_, "dynamodb": {"SequenceNumber": str(begin + number)}} for number, id_ in enumerate(found)
        ]
        if name in self.closed and end == len(self.shards[name]):
            return {"Records": records}
        return {"Records": records, "NextShardIterator": f"{name}:{end}"}

    def invoke(self, **request: Any) -> dict[str, Any]:
        """
        Let the function respond.
        """
        elements = json.loads(request["Payload"])
        assert {sender for _id, sender in elements} == {"arn:aws:pipes:us-east-1:111122223333:pipe/orders-pipe"}
        ids = [id_ for id_, _sender in elements]
        self.sent.append(ids)
        self._check("invoke")
        return {"Payload": io.BytesIO(json.dumps(self.respond(ids)).encode())}

    def get_queue_url(self, **_request: Any) -> dict[str, Any]:
        """
        Find the queue.
        """
        self._check("get_queue_url")
        return {"QueueUrl": "http://127.0.0.1/letters"}

    def send_message(self, **request: Any) -> None:
        """
        Take a message.
        """
        self.letters.append(json.loads(request["MessageBody"]))

    def _check(self, call: str) -> None:
        if self.errors.get(call):
            raise self.errors[call].pop(0)


class Watched:
    """
    A runtime whose events are kept.
    """

    def __init__(self, aws: Aws, pipe: Pipe | None = None, **more: Any) -> None:
        self.events: list[Any] = []
        self.runtime = PipeRuntime(
            pipe or Pipe(),
            source_arn=STREAM,
            target_arn=FUNCTION,
            clients=aws.client,
            backoff=Backoff(first=0.001, longest=0.01),
            poll_seconds=0.001,
            **{"observer": self.events.append, **more},
        )

    def settle(self, read: int) -> None:
        """
        Run until so many records were read and all are decided.
        """
        with self.runtime as runtime:
            assert runtime.wait(lambda progress: progress.read == read and not progress.undecided, SOON)

    def of(self, *kinds: type) -> list[Any]:
        """
        Give the events of these kinds.
        """
        return [event for event in self.events if isinstance(event, kinds)]


def ids(records: Sequence[Any]) -> list[str]:
    """
    Name records.
    """
    return [record["eventID"] for record in records]


def test_every_record_tells_its_fate() -> None:
    """
    A record is told when it is read and when it is decided, and around it what became of its batch.
    """
    watched = Watched(Aws(shards={"a": ["1", "-2", "3"]}))
    watched.settle(read=3)

    kinds = [type(event) for event in watched.events]
    assert kinds[:4] == [PipeReady, RecordRead, RecordRead, RecordRead]
    assert [ids(event.records) for event in watched.of(BatchInvoked, BatchSucceeded)] == [["1", "3"], ["1", "3"]]
    assert [(event.attempt, event.size) for event in watched.of(BatchInvoked)] == [(1, 2)]
    assert [event.record["eventID"] for event in watched.of(RecordDelivered)] == ["1", "3"]
    assert [(event.record["eventID"], event.reasons) for event in watched.of(RecordFiltered)] == [("-2", ())]
    assert {event.pipe for event in watched.events} == {"orders-pipe"}
    assert (kinds[-1], watched.events[-1].undecided) == (PipeStopped, ())
    assert watched.runtime.progress == Progress(read=3, filtered=1, delivered=2)


def test_stream_endpoint_goes_and_comes_back() -> None:
    """
    A stream that cannot be reached is told and tried again, and nothing is lost.
    """
    aws = Aws(
        shards={"a": ["1"]},
        errors={
            "describe_stream": [NO_CONNECTION],
            "get_records": [NO_CONNECTION, client_error("ThrottlingException")],
        },
    )
    watched = Watched(aws)
    watched.settle(read=1)

    assert [event.reason for event in watched.of(StreamUnavailable)] == [
        str(NO_CONNECTION),
        str(NO_CONNECTION),
        "An error occurred (ThrottlingException) when calling the Call operation: why",
    ]
    assert aws.sent == [["1"]]


def test_unreachable_function_is_no_retry() -> None:
    """
    A function that cannot be reached is tried again, also by a pipe without retries.
    """
    aws = Aws(shards={"a": ["1", "2"]}, errors={"invoke": [NO_CONNECTION] * 3})
    watched = Watched(aws)
    watched.settle(read=2)

    assert [(event.reason, event.next_step) for event in watched.of(BatchFailed)] == [
        (f"unreachable: {NO_CONNECTION}", "retry, not counted")
    ] * 3
    assert aws.sent == [["1", "2"]] * 4


def test_given_up_without_a_dead_letter_target() -> None:
    """
    Without a dead-letter target a record that is given up is told as discarded, with the reason.
    """
    aws = Aws(shards={"a": ["1"]}, respond=lambda _ids: {"batchItemFailures": "?"})
    watched = Watched(aws)
    watched.settle(read=1)

    reason = "batchItemFailures must be a list, got '?'; the whole batch counts as failed"
    told = [(event.record["eventID"], event.condition, event.reason) for event in watched.of(RecordDiscarded)]
    assert told == [("1", "RetryAttemptsExhausted", reason)]
    assert watched.runtime.progress == Progress(read=1, discarded=1)


def test_dead_letter_queue_missing_for_a_while() -> None:
    """
    A message that does not arrive is told and sent again, and its record is dead-lettered only then.
    """
    aws = Aws(
        shards={"a": ["1", "2", "3"]},
        errors={"get_queue_url": [client_error("QueueDoesNotExist")]},
        respond=lambda ids: {"batchItemFailures": [{"itemIdentifier": "2"}]} if "2" in ids else None,
    )
    watched = Watched(aws, dead_letter_arn=QUEUE)
    watched.settle(read=3)

    fates = [
        (type(event).__name__, ids(event.records) if isinstance(event, DeadLetterFailed) else event.record["eventID"])
        for event in watched.of(DeadLetterFailed, RecordDeadLettered, RecordDelivered)
    ]
    assert fates == [
        ("RecordDelivered", "1"),
        ("DeadLetterFailed", ["2"]),
        ("RecordDeadLettered", "2"),
        ("RecordDelivered", "3"),
    ]
    assert watched.of(DeadLetterFailed)[0].reason == (
        "An error occurred (QueueDoesNotExist) when calling the Call operation: why"
    )
    assert [event.destination for event in watched.of(DeadLetterFailed, RecordDeadLettered)] == [QUEUE, QUEUE]
    assert [letter["DDBStreamBatchInfo"]["shardId"] for letter in aws.letters] == ["a"]


def test_trimmed_records_are_told() -> None:
    """
    Records that the stream forgot before they were read are told as lost.
    """
    aws = Aws(shards={"a": ["1"]}, errors={"get_records": [client_error("TrimmedDataAccessException")]})
    watched = Watched(aws)
    watched.settle(read=1)

    assert [(event.shard_id, event.after) for event in watched.of(RecordsTrimmed)] == [("a", "")]


def test_shards_follow_each_other() -> None:
    """
    A shard's child is read once the shard is done with, and records keep their order across both.
    """
    aws = Aws(shards={"a": ["1", "2", "3"], "b": ["4"], "c": ["5"]}, closed={"a", "b"})
    watched = Watched(aws)
    watched.settle(read=5)

    assert [event.record["eventID"] for event in watched.of(RecordDelivered)] == ["1", "2", "3", "4", "5"]


def test_reading_waits_for_a_slow_function() -> None:
    """
    While the function is busy no more is read than fits, however much the stream has.
    """
    answering = threading.Event()
    aws = Aws(shards={"a": [str(number) for number in range(5000)]}, respond=lambda _ids: answering.wait(SOON))
    watched = Watched(aws, Pipe(batch_size=1000))
    with watched.runtime as runtime:
        assert runtime.wait(lambda progress: progress.read >= 2000, SOON)
        assert not runtime.wait(lambda progress: progress.read > 3000, 0.05)
        answering.set()
        assert runtime.wait(lambda progress: progress.delivered == 5000, SOON)

    assert [len(batch) for batch in aws.sent] == [1000] * 5


def test_stopping_while_the_function_hangs() -> None:
    """
    Stopping does not wait for a function that hangs: what it was sent is told as undecided, and nothing is told later.
    """
    invoked, answering = threading.Event(), threading.Event()

    def hang(_ids: list[str]) -> None:
        invoked.set()
        answering.wait(SOON)

    watched = Watched(Aws(shards={"a": ["1", "2", "3"]}, respond=hang))
    watched.runtime.start()
    watched.runtime.wait_ready()
    assert invoked.wait(SOON)
    watched.runtime.stop(timeout=0.01)
    workers = [thread for thread in threading.enumerate() if thread.name == "orders-pipe a"]
    answering.set()
    for worker in workers:
        worker.join(SOON)

    assert ids(watched.events[-1].undecided) == ["1", "2", "3"]
    assert watched.of(RecordDelivered) == []
    watched.runtime.stop()
    assert len(watched.of(PipeStopped)) == 1


def test_stopping_lets_a_batch_end() -> None:
    """
    Stopping lets the batch in flight end and tells its outcome; what was not begun stays undecided.
    """
    invoked = threading.Event()

    def respond(_ids: list[str]) -> None:
        invoked.set()
        while not watched.runtime._pump._workers["a"][0]._stopping:
            time.sleep(0.001)

    watched = Watched(Aws(shards={"a": ["1", "2", "3"]}, respond=respond))
    watched.runtime.start()
    assert invoked.wait(SOON)
    watched.runtime.stop()

    assert [event.record["eventID"] for event in watched.of(RecordDelivered)] == ["1", "2"]
    assert ids(watched.events[-1].undecided) == ["3"]


def test_missing_stream_reaches_the_caller() -> None:
    """
    A stream that is not there fails the start, with its ARN and what to check.
    """
    aws = Aws(errors={"describe_stream": [client_error("ResourceNotFoundException")]})
    watched = Watched(aws)
    with pytest.raises(LocalRunError) as raised, watched.runtime:
        pytest.fail("it must not start")

    assert str(raised.value) == (
        f"the stream {STREAM} cannot be read: An error occurred (ResourceNotFoundException) when calling the Call "
        "operation: why; check that its table is deployed"
    )
    assert [event.error for event in watched.of(PipeFailed)] == [raised.value]
    assert type(watched.events[-1]) is PipeStopped


def test_not_ready_in_time() -> None:
    """
    A pipe that cannot find its place in the stream says so after the time it was given.
    """
    watched = Watched(Aws(shards={}))
    watched.runtime.start()
    with pytest.raises(LocalRunError, match=r"^the pipe orders-pipe was not ready after 0.01 s; see its events$"):
        watched.runtime.wait_ready(timeout=0.01)
    watched.runtime.stop()


def test_unexpected_error_of_a_worker_reaches_observer_and_caller() -> None:
    """
    An error that nobody thought of is told and raised, with its cause, and the records stay undecided.
    """
    aws = Aws(shards={"a": ["1"]}, errors={"invoke": [ZeroDivisionError("oops")]})
    watched = Watched(aws)
    with pytest.raises(LocalRunError) as raised, watched.runtime as runtime:
        runtime.wait(lambda progress: progress.delivered == 1, FOREVER)

    assert str(raised.value) == "the pipe orders-pipe failed: ZeroDivisionError('oops')"
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    assert [type(event.error) for event in watched.of(PipeFailed)] == [ZeroDivisionError]
    assert watched.runtime.error is raised.value.__cause__
    assert ids(watched.events[-1].undecided) == ["1"]


@pytest.mark.parametrize("kind", [PipeReady, RecordRead, BatchInvoked])
def test_error_of_the_observer_reaches_the_caller(kind: type) -> None:
    """
    An observer that fails ends the pipe, and its error is raised.
    """

    def watch(event: Any) -> None:
        if type(event) in {kind, PipeFailed}:
            raise ValueError(kind.__name__)

    watched = Watched(Aws(shards={"a": ["1"]}), observer=watch)
    with pytest.raises(LocalRunError) as raised, watched.runtime as runtime:
        runtime.wait(lambda progress: progress.delivered == 1, FOREVER)

    assert str(raised.value) == f"the pipe orders-pipe failed: ValueError('{kind.__name__}')"


def test_failed_pipe_sends_nothing_more() -> None:
    """
    When reading fails the workers end after what is in flight, without being told to stop.
    """
    failed = threading.Event()
    aws = Aws(shards={"a": ["1", "2", "3"]})

    def respond(_ids: list[str]) -> None:
        aws.errors["get_records"] = [ZeroDivisionError("oops")]
        failed.wait(SOON)

    aws.respond = respond
    watched = Watched(aws, observer=lambda event: failed.set() if isinstance(event, PipeFailed) else None)
    watched.runtime.start()
    assert failed.wait(SOON)
    for thread in threading.enumerate():
        if thread.name == "orders-pipe a":
            thread.join(SOON)

    assert aws.sent == [["1", "2"]]
    with pytest.raises(LocalRunError):
        watched.runtime.stop()


def test_first_error_is_the_one_that_counts() -> None:
    """
    What follows from an error neither hides it nor is told.
    """
    watched = Watched(Aws())
    first = ValueError("first")
    watched.runtime._fail(first)
    watched.runtime._fail(ValueError("second"))

    assert watched.runtime.error is first
    assert [event.error for event in watched.of(PipeFailed)] == [first]


def test_failure_after_the_last_wait_reaches_the_caller() -> None:
    """
    Leaving the block, and stopping, raise the error of a pipe that failed meanwhile.
    """
    failed = threading.Event()
    aws = Aws(shards={"a": ["1"]}, errors={"invoke": [ZeroDivisionError("oops")]})
    watched = Watched(aws, observer=lambda event: failed.set() if isinstance(event, PipeFailed) else None)
    with pytest.raises(LocalRunError), watched.runtime:
        assert failed.wait(SOON)
    with pytest.raises(LocalRunError):
        watched.runtime.stop()


def test_unfit_pipes_are_refused() -> None:
    """
    A wrong source, target, dead-letter target and enrichment are refused together.
    """
    with pytest.raises(ConfigurationError) as raised:
        PipeRuntime(
            Pipe(enrichment="more"),
            source_arn="arn:aws:kinesis:us-east-1:111122223333:stream/orders",
            target_arn="orders",
            dead_letter_arn="",
            enrichment_arn="arn:aws:events:us-east-1:111122223333:api-destination/more/1",
            clients=Aws().client,
        )

    assert [str(violation) for violation in raised.value.violations] == [
        "[LR003] source_arn: must be a DynamoDB stream, got 'arn:aws:kinesis:us-east-1:111122223333:stream/orders'; "
        "pass arn:<partition>:dynamodb:<region>:<account>:table/<name>/stream/<label>",
        "[LR004] target_arn: must be a function, a state machine, a queue, a standard topic or an event bus, "
        "got 'orders'; pass the ARN of one; other targets are not run here",
        "[LR001] dead_letter_arn: must be an SQS queue or an SNS topic, got ''; pass the ARN of a queue or topic",
        "[LR005] enrichment_arn: must be a function or an Express state machine, "
        "got 'arn:aws:events:us-east-1:111122223333:api-destination/more/1'; "
        "pass the ARN of one; API destinations and API Gateway are not run here",
    ]
