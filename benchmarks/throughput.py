"""
How fast a pipe runs here: records per second to an instant target, and the time from a put to the function's start.

    python benchmarks/throughput.py [--quick]

Rates: our runtime as it is, with threads, filter, template and an instant function made of Python, with and without a
checkpoint, beside the emulator's own poller, which does less: it has neither filter nor template nor retries. The two
take turns. Latency: on the embedded emulator with a real function process, beside the floor: an invocation of the same
function by itself, and the half of a poll interval that a put has to wait on average. Nothing here is a pass or a fail.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.filters import FilterPattern
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.runtime import POLL_SECONDS, PipeRuntime
from pipes_trigger.spec import PipeSpec
from pipes_trigger.templates import InputTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDS: Final = 20_000
QUICK_RECORDS: Final = 5_000
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 3
PUTS: Final = 100
QUICK_PUTS: Final = 15
SOON: Final = 30.0
ACCOUNT: Final = "111122223333"
STREAM: Final = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION: Final = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:orders"
TOPIC: Final = f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
ANSWER: Final = b'{"batchItemFailures": []}'
# Notes when it began; the emulator runs functions on this machine, so the clock is the same.
HANDLER: Final = """
import time

def handler(event, context):
    began = time.time()
    with open({path!r}, "a") as notes:
        notes.write(f"{{began!r}}\\n")
"""


def record(number: int) -> dict[str, Any]:
    """
    Make a record of about a kilobyte; every tenth is refused by the filter.
    """
    item = {"id": {"S": f"item-{number % 997}"}}
    status = {"S": "IGNORED" if number % 10 == 0 else "PENDING"}
    image = {**item, "status": status, "note": {"S": "leave at the door " * 16}}
    change = {
        "Keys": item,
        "NewImage": image,
        "OldImage": image,
        "SequenceNumber": f"{number + 1:021d}",
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    return {"eventID": str(number), "eventName": "MODIFY", "dynamodb": change}


class Service:
    """
    A stream of records that are there already, and an instant function.
    """

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self._records = records

    def client(self, _service: str) -> Service:
        """
        Give the client of any service.
        """
        return self

    def describe_stream(self, **_request: str) -> Any:
        """
        Describe one shard.
        """
        return {"StreamDescription": {"Shards": [{"ShardId": "a"}]}}

    def get_shard_iterator(self, **_request: str) -> Any:
        """
        Take the position at the beginning.
        """
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> Any:  # noqa: N803 - boto3
        """
        Give the next page.
        """
        begin = int(ShardIterator)
        return {"Records": self._records[begin : begin + Limit], "NextShardIterator": str(begin + Limit)}

    def invoke(self, **_request: Any) -> Any:
        """
        Take everything.
        """
        return {"Payload": io.BytesIO(ANSWER)}


def spec_of(stream: str, function: str, position: str) -> PipeSpec:
    """
    Make the pipe that is measured.
    """
    return PipeSpec(
        logical_id="Pipe",
        name="orders",
        source=stream,
        target=function,
        filters=(FilterPattern({"dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}}),),
        input_template=InputTemplate.record(),
        starting_position=position,
        batch_size=100,
    )


def ours(records: list[dict[str, Any]], checkpoint: Path | None = None) -> float:
    """
    Give the seconds that our runtime takes for all records.
    """
    runtime = PipeRuntime(
        spec_of(STREAM, FUNCTION, "TRIM_HORIZON"),
        source_arn=STREAM,
        target_arn=FUNCTION,
        clients=Service(records).client,
        poll_seconds=0.001,
        checkpoint=checkpoint,
    )
    began = time.perf_counter()
    runtime.start()
    if not runtime.wait(lambda progress: progress.read == len(records) and not progress.undecided, SOON):
        raise SystemExit("our runtime did not get done")
    seconds = time.perf_counter() - began
    runtime.stop()
    return seconds


class Ministack:
    """
    The emulator's own poller, with an instant topic in place of its own.
    """

    def __init__(self, records: list[dict[str, Any]]) -> None:
        from ministack.services import dynamodb, pipes, sns  # noqa: PLC0415 - an extra

        self._dynamodb: Any = dynamodb
        self._pipes: Any = pipes
        records_of: Any = dynamodb._stream_records  # noqa: SLF001 - its poller has no public name
        sns.publish_internal = lambda *_message: {}
        scope = (ACCOUNT, "us-east-1", "orders")
        records_of.set_scoped(*scope, records)
        arn = f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/orders"
        self._pipe = {"Name": "orders", "Arn": arn, "CurrentState": "RUNNING", "Source": STREAM, "Target": TOPIC}
        self._end = len(records)

    def seconds(self) -> float:
        """
        Give the seconds that it takes for all records.
        """
        positions = self._pipes._positions  # noqa: SLF001 - as above
        positions[self._pipe["Arn"]] = 0
        began = time.perf_counter()
        self._pipes._poll_pipe(self._dynamodb, self._pipe, ACCOUNT)  # noqa: SLF001 - as above
        seconds = time.perf_counter() - began
        if positions[self._pipe["Arn"]] != self._end:
            raise SystemExit("ministack's poller did not take the records")
        return seconds


def rates(count: int, rounds: int) -> None:
    """
    Measure and print records per second.
    """
    records = [record(number) for number in range(count)]
    theirs = Ministack(records)
    taken: dict[str, list[float]] = {"ours": [], "ours, checkpoint": [], "ministack": []}
    with tempfile.TemporaryDirectory(prefix="pipes-trigger-throughput-") as directory:
        for number in range(rounds):
            taken["ours"].append(ours(records))
            taken["ours, checkpoint"].append(ours(records, Path(directory) / f"{number}.json"))
            taken["ministack"].append(theirs.seconds())
    print(f"{count:,} records of 1 KB, batches of 100, a tenth filtered, {rounds} rounds; an instant target")
    for name, seconds in taken.items():
        each = [count / value for value in seconds]
        print(f"{name:<18}{statistics.median(each):>10,.0f} records/s  ({min(each):,.0f} to {max(each):,.0f})")
    ratio = statistics.median(taken["ministack"]) / statistics.median(taken["ours"])
    print(f"ours / ministack: {ratio:.2f}, where ministack neither filters nor renders nor retries\n")


def latency(puts: int) -> None:
    """
    Measure and print the time from a put to the function's start, and the floor.
    """
    with tempfile.TemporaryDirectory(prefix="pipes-trigger-throughput-") as directory, Emulator() as emulator:
        notes = Path(directory) / "notes"
        notes.touch()
        session = emulator.session()
        stream, function = deploy(session, notes)
        functions, items = session.client("lambda", attempts=1), session.client("dynamodb")

        def call(_number: int) -> None:
            functions.invoke(FunctionName=function, Payload=b"[]")["Payload"].read()

        def put(number: int) -> None:
            items.put_item(TableName="orders", Item={"id": {"S": str(number)}, "status": {"S": "PENDING"}})

        call(0)
        bare = measure(notes, call, puts)
        runtime = PipeRuntime(
            spec_of(stream, function, "LATEST"), source_arn=stream, target_arn=function, clients=session.client
        )
        with runtime:
            put(-1)
            wait_for(notes, 1 + puts + 1)
            piped = measure(notes, put, puts)
    floor = [1000 * POLL_SECONDS / 2 + value for value in bare]
    print(f"{puts} puts on the emulator, one at a time, polled every {1000 * POLL_SECONDS:.0f} ms")
    for name, values in (("put to start", piped), ("bare invocation", bare), ("floor", floor)):
        print(f"{name:<18}p50 {statistics.median(values):>7.1f} ms, p99 {percentile(values, 99):>7.1f} ms")


def deploy(session: Any, notes: Path) -> tuple[str, str]:
    """
    Make the table and the function.
    """
    table = session.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", HANDLER.format(path=str(notes)))
    function = session.client("lambda").create_function(
        FunctionName="orders",
        Runtime="python3.12",
        Role=f"arn:aws:iam::{session.account}:role/orders",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return table["TableDescription"]["LatestStreamArn"], function["FunctionArn"]


def measure(notes: Path, act: Callable[[int], None], times: int) -> list[float]:
    """
    Act so many times, and give the milliseconds from each to the start of the function.
    """
    milliseconds = []
    for number in range(times):
        before = len(notes.read_text().splitlines())
        # Puts spread over the poll interval.
        time.sleep(POLL_SECONDS * (number % 10) / 10)
        began = time.time()
        act(number)
        milliseconds.append(1000 * (float(wait_for(notes, before + 1)) - began))
    return milliseconds


def wait_for(notes: Path, lines: int) -> str:
    """
    Wait until there are so many notes, and give the last.
    """
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        found = notes.read_text().splitlines()
        if len(found) >= lines:
            return found[-1]
        time.sleep(0.001)
    raise SystemExit("the function did not start")


def percentile(values: list[float], percent: int) -> float:
    """
    Give the value that so many percent of the values do not exceed.
    """
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


def main(arguments: list[str]) -> int:
    """
    Measure both.
    """
    quick = "--quick" in arguments
    rates(QUICK_RECORDS if quick else RECORDS, QUICK_ROUNDS if quick else ROUNDS)
    latency(QUICK_PUTS if quick else PUTS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
