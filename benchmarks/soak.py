"""
A long run with failures and kills: nothing lost, nothing out of order, little twice, memory flat.

    python benchmarks/soak.py [--quick]

A pipe runs in a process of its own, with the runtime that `pipes-trigger local run` uses, on a stream and a function
made of Python. A tenth of the invocations fail: half of them altogether, half by a partial answer. The process is
killed by SIGKILL at random moments and started again on its checkpoint. What the function did is noted in a file that
survives. The exit status is 0 if nothing was lost or out of order, and what came twice was in flight.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from pipes_trigger.delivery import Backoff
from pipes_trigger.filters import FilterPattern
from pipes_trigger.local.runtime import PipeRuntime
from pipes_trigger.spec import PipeSpec
from pipes_trigger.templates import InputTemplate

RECORDS: Final = 100_000
QUICK_RECORDS: Final = 10_000
KILLS: Final = 20
QUICK_KILLS: Final = 4
ITEMS: Final = 997
FILTERED: Final = 10  # every tenth change is one that the filter refuses
BATCH: Final = 100
LANES: Final = 4
FAILING: Final = 0.1
LOOK_SECONDS: Final = 0.002
MOST_SECONDS: Final = 170.0
STREAM: Final = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION: Final = "arn:aws:lambda:us-east-1:111122223333:function:orders"
# One delivery: the record's number, and the seconds from its being read to the function's start.
NOTE: Final = struct.Struct("<If")


class Service:
    """
    A stream of so many records, and a function that notes what it did.
    """

    def __init__(self, records: int, notes: Path) -> None:
        self._records = records
        self._notes = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._random = random.Random()  # noqa: S311 - no secret
        self._read_at: dict[int, float] = {}

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

    def get_shard_iterator(self, **request: str) -> Any:
        """
        Take a position: a record's sequence number is one more than its number.
        """
        return {"ShardIterator": request.get("SequenceNumber", "0")}

    def get_records(self, *, ShardIterator: str, Limit: int) -> Any:  # noqa: N803 - boto3
        """
        Make the next page.
        """
        begin = int(ShardIterator)
        end = min(begin + Limit, self._records)
        now = time.monotonic()
        self._read_at.update((number, now) for number in range(begin, end) if not is_filtered(number))
        return {"Records": [record(number) for number in range(begin, end)], "NextShardIterator": str(end)}

    def invoke(self, **request: Any) -> Any:
        """
        Do the work, or fail before it, or do the first half and say so.
        """
        now = time.monotonic()
        changes = [change for element in json.loads(request["Payload"]) for change in element["Records"]]
        kind = self._random.random() / FAILING
        if kind < 1 / 2:
            return {"Payload": io.BytesIO(b'{"errorMessage": "boom"}'), "FunctionError": "Unhandled"}
        done = changes[: len(changes) // 2] if kind < 1 else changes
        numbers = [int(change["eventID"]) for change in done]
        os.write(self._notes, b"".join(NOTE.pack(number, now - self._read_at.pop(number, now)) for number in numbers))
        failed = [{"itemIdentifier": change["eventID"]} for change in changes[len(done) : len(done) + 1]]
        return {"Payload": io.BytesIO(json.dumps({"batchItemFailures": failed}).encode())}


def record(number: int) -> dict[str, Any]:
    """
    Make a record: items take turns, and a third of the way into its life each is much like the other.
    """
    item = {"id": {"S": f"item-{number % ITEMS}"}}
    status = {"S": "IGNORED" if number % FILTERED == 0 else "PENDING"}
    change = {
        "Keys": item,
        "NewImage": {**item, "status": status, "note": {"S": "leave at the door " * 8}},
        "SequenceNumber": str(number + 1),
        "StreamViewType": "NEW_IMAGE",
    }
    return {"eventID": str(number), "eventName": "MODIFY", "dynamodb": change}


def is_filtered(number: int) -> bool:
    """
    Say whether the filter refuses a record.
    """
    return number % FILTERED == 0


def run_pipe(records: int, directory: Path) -> None:
    """
    Run the pipe until every record is decided; this is the process that is killed.
    """
    spec = PipeSpec(
        logical_id="Pipe",
        name="soak",
        source=STREAM,
        target=FUNCTION,
        filters=(FilterPattern({"dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}}),),
        input_template=InputTemplate.record(),
        starting_position="TRIM_HORIZON",
        batch_size=BATCH,
        parallelization_factor=LANES,
        bisect=True,
    )
    runtime = PipeRuntime(
        spec,
        source_arn=STREAM,
        target_arn=FUNCTION,
        clients=Service(records, directory / "notes").client,
        backoff=Backoff(first=0.001, longest=0.01),
        poll_seconds=0.01,
        checkpoint=directory / "soak.json",
    )
    last = str(records)
    with runtime:
        # What was read before a kill is not read again, so the count does not tell: an idle pipe at the end does.
        while not runtime.wait(lambda progress: progress.undecided == 0 and is_at(directory, last), 0.05):
            pass


def is_at(directory: Path, number: str) -> bool:
    """
    Say whether the checkpoint is at a sequence number in every lane.
    """
    shards = json.loads((directory / "soak.json").read_text())["shards"]
    return bool(shards) and all(lane == number for shard in shards.values() for lane in shard["lanes"])


class Soak:
    """
    One run with kills, from the outside.
    """

    def __init__(self, records: int, kills: int, directory: Path) -> None:
        self._records = records
        self._directory = directory
        self._directory.mkdir()
        chosen = random.Random(records)  # noqa: S311 - no secret
        passing = records - records // FILTERED
        # By progress, not by time: a fast machine is killed as often as a slow one.
        self._kill_at = sorted(chosen.sample(range(passing), kills))
        self.killed = 0
        self.seconds = 0.0
        self.peak = 0

    def run(self) -> Soak:
        """
        Start, kill and start again until everything is decided.
        """
        began = time.monotonic()
        while not self._run_once(began):
            self.killed += 1
        self.seconds = time.monotonic() - began
        return self

    def _run_once(self, began: float) -> bool:
        command = [sys.executable, __file__, "--pipe", str(self._records), str(self._directory)]
        process = subprocess.Popen(command)
        notes = self._directory / "notes"
        while (ended := os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is None:
            done = notes.stat().st_size // NOTE.size if notes.exists() else 0
            if time.monotonic() - began > MOST_SECONDS:
                process.kill()
                process.wait()
                raise SystemExit(f"not done after {MOST_SECONDS:.0f} s")
            if self.killed < len(self._kill_at) and done >= self._kill_at[self.killed]:
                break
            time.sleep(LOOK_SECONDS)
        os.kill(process.pid, signal.SIGKILL)  # Popen.kill() would take the status, and with it the peak memory
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.peak = max(self.peak, usage.ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024))
        if ended is not None and process.returncode:
            raise SystemExit(f"the pipe ended with status {process.returncode}")
        return ended is not None

    def judge(self) -> Judgement:
        """
        Read what the function did.
        """
        return Judgement(self._records, list(NOTE.iter_unpack((self._directory / "notes").read_bytes())))


class Judgement:
    """
    What was lost, came twice or out of order.
    """

    def __init__(self, records: int, notes: list[tuple[int, float]]) -> None:
        self.wanted = {number for number in range(records) if not is_filtered(number)}
        counted = Counter(number for number, _seconds in notes)
        self.lost = len(self.wanted - counted.keys())
        self.invented = len(counted.keys() - self.wanted)
        self.duplicates = counted.total() - len(counted)
        self.disorder = self._disorder(notes)
        waits = sorted(seconds for _number, seconds in notes)
        cuts = statistics.quantiles(waits, n=100)
        self.p50, self.p99 = 1000 * cuts[49], 1000 * cuts[98]

    def _disorder(self, notes: list[tuple[int, float]]) -> int:
        # The next record of an item that was not seen yet must be its very next one; what comes again is counted above.
        disorder = 0
        seen: dict[int, int] = {}
        for number, _seconds in notes:
            item = number % ITEMS
            following = seen.get(item, item - ITEMS) + ITEMS
            while is_filtered(following):
                following += ITEMS
            if number > following:
                disorder += 1
            if number >= following:
                seen[item] = number
        return disorder


def main(arguments: list[str]) -> int:
    """
    Run a tenth and then everything without kills, then everything with them, and print what came of it.
    """
    if arguments[:1] == ["--pipe"]:
        run_pipe(int(arguments[1]), Path(arguments[2]))
        return 0
    records, kills = (QUICK_RECORDS, QUICK_KILLS) if "--quick" in arguments else (RECORDS, KILLS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="pipes-trigger-soak-") as name:
        tenth = Soak(records // 10, 0, Path(name) / "tenth").run()
        calm = Soak(records, 0, Path(name) / "calm").run()
        soak = Soak(records, kills, Path(name) / "soak").run()
        found = soak.judge()
    most_twice = kills * LANES * BATCH
    print(f"records            {records:,}, of which {len(found.wanted):,} pass the filter")
    print(f"kills              {soak.killed}, {FAILING:.0%} of the invocations fail, {LANES} lanes, batches of {BATCH}")
    print(f"lost               {found.lost}")
    print(f"invented           {found.invented}")
    print(f"out of order       {found.disorder}")
    print(f"delivered twice    {found.duplicates} (in flight when killed: at most {most_twice})")
    with_kills, without = records / soak.seconds, records / calm.seconds
    print(f"records/s          {with_kills:,.0f}, with all restarts; {without:,.0f} without kills")
    print(
        f"read to start      p50 {found.p50:.1f} ms, p99 {found.p99:.1f} ms, with everything there from the beginning"
    )
    print(f"peak memory        {calm.peak} MB without kills; {tenth.peak} MB with a tenth of the records")
    good = not found.lost and not found.invented and not found.disorder and found.duplicates <= most_twice
    return 0 if good and soak.killed == kills else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
