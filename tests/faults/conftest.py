"""
A simulated service that fails on demand, and a pipe that runs on it under a virtual clock, on no thread at all.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipes_trigger.delivery import Backoff, DeadLetter, Enrich, Invoke, Lanes, ShardAddress, ShardPosition, Wait
from pipes_trigger.helpers.arns import Arn
from pipes_trigger.local.carrier import Carrier
from pipes_trigger.local.checkpoints import CheckpointFile, Keeper
from pipes_trigger.local.deadletter import DeadLetterQueue
from pipes_trigger.local.destinations import enrichment_of, target_of
from pipes_trigger.local.metrics import Metrics
from pipes_trigger.local.pump import Pump
from pipes_trigger.local.reporter import Reporter
from pipes_trigger.local.shard import StreamUnavailableError
from pipes_trigger.local.stream import StreamReader
from pipes_trigger.local.worker import ShardWorker
from pipes_trigger.spec import PipeSpec
from pipes_trigger.templates import InputTemplate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STREAM: Final = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION: Final = "arn:aws:lambda:us-east-1:111122223333:function:orders"
ENRICHMENT: Final = "arn:aws:lambda:us-east-1:111122223333:function:enrichment"
TOPIC: Final = "arn:aws:sns:us-east-1:111122223333:orders"
QUEUE: Final = "arn:aws:sqs:us-east-1:111122223333:letters"
NOW: Final = 1_800_000_000.0
_MOST_ROUNDS: Final = 10_000


class Killed(BaseException):
    """
    The process was killed here: nothing after this happens.
    """


@dataclass
class Shard:
    """
    A shard of the simulated stream.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    parent: str = ""
    closed: bool = False


@dataclass
class Service:
    """
    The stream, the function and the queue, as one client for all of them.

    `respond` is the function: told how often it was invoked, this time included, and the numbers of the records, it
    gives its answer, or a `Raw` response, or raises. `enrich` is the enrichment, told the same, and the records; the
    pipe has one where it is given. `down` calls of each kind fail because nobody listens.
    """

    respond: Callable[[int, list[int]], Any] = lambda _time, _numbers: None
    shards: dict[str, Shard] = field(default_factory=lambda: {"a": Shard()})
    down: dict[str, int] = field(default_factory=dict)
    created: float = NOW
    enrich: Callable[[int, list[int], list[Any]], Any] | None = None
    enriched: list[list[int]] = field(default_factory=list)
    sent: list[list[int]] = field(default_factory=list)
    letters: list[tuple[int, int]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def client(self, _service: str) -> Service:
        """
        Give the client of any service.
        """
        return self

    def put(self, *items: str, shard: str = "a", first: int = 0) -> None:
        """
        Change these items, numbered from `first`.
        """
        for number, item in enumerate(items, first):
            change = {
                "Keys": {"id": {"S": item}},
                "NewImage": {"id": {"S": item}, "number": {"N": str(number)}},
                "SequenceNumber": f"{number + 1:021d}",
                "ApproximateCreationDateTime": datetime.fromtimestamp(self.created, UTC),
            }
            self.shards[shard].records.append({"eventID": f"e{number}", "eventName": "INSERT", "dynamodb": change})

    def describe_stream(self, **_request: Any) -> dict[str, Any]:
        """
        Describe all shards.
        """
        self._connect("describe_stream")
        shards = []
        for name, shard in self.shards.items():
            numbers = {"StartingSequenceNumber": "1", **({"EndingSequenceNumber": "9"} if shard.closed else {})}
            shards.append({"ShardId": name, "ParentShardId": shard.parent, "SequenceNumberRange": numbers})
        return {"StreamDescription": {"Shards": shards}}

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:
        """
        Take a position.
        """
        records = self.shards[request["ShardId"]].records
        if request["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER":
            numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
            place = numbers.index(str(request["SequenceNumber"]).zfill(21)) + 1
        else:
            place = 0 if request["ShardIteratorType"] == "TRIM_HORIZON" else len(records)
        return {"ShardIterator": f"{request['ShardId']} {place}"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803 - boto3
        """
        Read on.
        """
        name, place = ShardIterator.split()
        self._connect("get_records")
        self._connect(f"get_records {name}")
        self.reads.append(name)
        shard = self.shards[name]
        end = min(int(place) + Limit, len(shard.records))
        done = shard.closed and end == len(shard.records)
        following = {} if done else {"NextShardIterator": f"{name} {end}"}
        return {"Records": shard.records[int(place) : end], **following}

    def invoke(self, **request: Any) -> dict[str, Any]:
        """
        Let the function respond, or the enrichment.
        """
        if request["FunctionName"] == ENRICHMENT:
            return self._enrich(json.loads(request["Payload"]))
        envelopes = [record for element in json.loads(request["Payload"]) for record in element["Records"]]
        numbers = [int(record["dynamodb"]["NewImage"]["number"]["N"]) for record in envelopes]
        self.sent.append(numbers)
        self._connect("invoke")
        answer = self.respond(len(self.sent), numbers)
        if isinstance(answer, Raw):
            return {"Payload": io.BytesIO(answer.text.encode()), **answer.more}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        """
        Let the topic take all messages.
        """
        messages = [json.loads(entry["Message"])["Records"][0] for entry in request["PublishBatchRequestEntries"]]
        self.sent.append([int(record["dynamodb"]["NewImage"]["number"]["N"]) for record in messages])
        return {}

    def _enrich(self, records: list[Any]) -> dict[str, Any]:
        assert self.enrich is not None
        numbers = [int(record["dynamodb"]["NewImage"]["number"]["N"]) for record in records]
        self.enriched.append(numbers)
        self._connect("enrich")
        answer = self.enrich(len(self.enriched), numbers, records)
        if isinstance(answer, Raw):
            return {"Payload": io.BytesIO(answer.text.encode()), **answer.more}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def get_queue_url(self, **_request: Any) -> dict[str, Any]:
        """
        Find the queue, if it is there.
        """
        if self.down.get("queue", 0):
            self.down["queue"] -= 1
            raise client_error("QueueDoesNotExist")
        return {"QueueUrl": "http://127.0.0.1/letters"}

    def send_message(self, **request: Any) -> None:
        """
        Take a dead letter: which records it names, first and last.
        """
        info = json.loads(request["MessageBody"])["DDBStreamBatchInfo"]
        self.letters.append((int(info["startSequenceNumber"]) - 1, int(info["endSequenceNumber"]) - 1))

    def _connect(self, call: str) -> None:
        if self.down.get(call, 0):
            self.down[call] -= 1
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


@dataclass(frozen=True)
class Raw:
    """
    A response of Lambda that is more, or less, than an answer.
    """

    text: str
    more: dict[str, str] = field(default_factory=dict)


def client_error(code: str, status: int = 400) -> ClientError:
    """
    Make an error as boto3 raises it.
    """
    response = {"Error": {"Code": code, "Message": "why"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Call")


class Stepper(ShardWorker):
    """
    A worker without threads: its lanes take their steps when they are told to.
    """

    def start(self) -> None:
        """
        Start nothing.
        """

    def steps(self) -> tuple[bool, list[float]]:
        """
        Do all that can be done now; say whether there was anything, and until when lanes wait.
        """
        acted, waits = False, []
        for lane in self._lanes:
            while isinstance(action := lane.next(self._clock()), Enrich | Invoke | DeadLetter):
                self._carrier.carry(lane, action, self._changed)
                acted = True
            if isinstance(action, Wait):
                waits.append(action.until)
        return acted, waits


class Rig:
    """
    The runtime's own parts, put together on a virtual clock.
    """

    def __init__(
        self, service: Service, checkpoint: Path | None = None, target: str = FUNCTION, **settings: Any
    ) -> None:
        self.now = NOW
        self.events: list[Any] = []
        self.metrics = Metrics()
        self._backoff = Backoff(first=1, longest=8)
        self._spec = pipe_spec(enrichment=None if service.enrich is None else ENRICHMENT, **settings)
        self._reporter = Reporter(self.events.append)
        file = None if checkpoint is None else CheckpointFile(checkpoint, STREAM)
        start = None if file is None else file.read()
        self.stream = StreamReader(service, STREAM, self._spec.starting_position, self._clock, start)
        self._pump = Pump(self.stream, self._new_worker, lambda *_lost: None, self._clock)
        self._carrier = Carrier(
            name="orders",
            target=target_of(target, service.client, self._spec.target_parameters, "orders"),
            enrichment=None if service.enrich is None else enrichment_of(ENRICHMENT, service.client),
            dead_letter=DeadLetterQueue(service, Arn.parse(QUEUE)),
            reporter=self._reporter,
            metrics=self.metrics,
            clock=self._clock,
            keep=(lambda: None) if file is None else Keeper(file, self._pump.checkpoint).keep,
        )
        self._workers: list[Stepper] = []

    @property
    def progress(self) -> Any:
        """
        How many records met which fate.
        """
        return self._reporter.progress

    def run(self) -> Rig:
        """
        Go on until there is nothing left to read, to do or to wait for.
        """
        failures = 0
        for _round in range(_MOST_ROUNDS):
            before = [reader.shard_id for reader in self.stream.readers]
            waits: list[float] = []
            try:
                self._pump.look()
                busy = self._pump.poll() or before != [reader.shard_id for reader in self.stream.readers]
                failures = 0
            except StreamUnavailableError:
                failures += 1
                busy = False
                waits.append(self.now + self._backoff.delay(failures))
            for worker in self._workers:
                acted, until = worker.steps()
                busy = busy or acted
                waits += until
            if not busy:
                if not waits:
                    return self
                self.now = min(waits)
        pytest.fail(f"not done after {_MOST_ROUNDS} rounds")

    def of(self, *kinds: type) -> list[Any]:
        """
        Give the events of these kinds.
        """
        return [event for event in self.events if isinstance(event, kinds)]

    def _clock(self) -> float:
        return self.now

    def _new_worker(self, shard_id: str, start: ShardPosition) -> ShardWorker:
        address = ShardAddress(pipe_arn="arn:pipe", stream_arn=STREAM, shard_id=shard_id)
        worker = Stepper(
            Lanes(self._spec, address, self._backoff, self._spec.context, start),
            self._carrier,
            name="orders",
            thread_name=shard_id,
            batch_size=self._spec.batch_size,
            reporter=self._reporter,
            clock=self._clock,
            failed=_unexpected,
        )
        self._workers.append(worker)
        return worker


def _unexpected(error: Exception) -> None:
    raise error


def pipe_spec(**settings: Any) -> PipeSpec:
    """
    Make a pipe with a few retries.
    """
    chosen = {"starting_position": "TRIM_HORIZON", "maximum_retry_attempts": 2, **settings}
    template = InputTemplate.record()
    return PipeSpec(logical_id="Pipe", name="orders", source=STREAM, target=FUNCTION, input_template=template, **chosen)


def spread(text: str) -> list[list[int]]:
    """
    Write out invocations: `0-9` is one with these records, `0..9` one with each of them, `5*3` three times the same.
    """
    written: list[list[int]] = []
    for token in text.split():
        what, _, times = token.partition("*")
        begin, dots, end = what.partition("..")
        if dots:
            written += [[number] for number in range(int(begin), int(end) + 1)]
            continue
        begin, _, end = what.partition("-")
        written += [list(range(int(begin), int(end or begin) + 1))] * int(times or 1)
    return written


@pytest.fixture
def service() -> type[Service]:
    """
    Make services.
    """
    return Service


@pytest.fixture
def rig() -> type[Rig]:
    """
    Make pipes under a virtual clock.
    """
    return Rig


@pytest.fixture
def raw() -> type[Raw]:
    """
    Make responses of Lambda.
    """
    return Raw


@pytest.fixture
def shard() -> type[Shard]:
    """
    Make shards.
    """
    return Shard


@pytest.fixture
def killed() -> type[Killed]:
    """
    What a killed process ends with.
    """
    return Killed


@pytest.fixture
def throttled() -> Callable[[], ClientError]:
    """
    Make the error of a function that is invoked too often.
    """
    return lambda: client_error("TooManyRequestsException", 429)


@pytest.fixture
def invocations() -> Callable[[str], list[list[int]]]:
    """
    Write out what a table says in short.
    """
    return spread


@pytest.fixture
def spec_of() -> Callable[..., PipeSpec]:
    """
    Make a pipe.
    """
    return pipe_spec
