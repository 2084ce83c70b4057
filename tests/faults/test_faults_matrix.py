"""
Every fault against every batch size, with and without bisecting: what exactly is sent, delivered and given up.

Twenty records of twenty items, two retries, a dead-letter queue. A row says which records each invocation holds, in
order: `0-9` one with ten records, `0..9` ten with one each, `5*3` the same one three times.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES
from pipes_trigger.local.events import DeadLetterFailed, RecordDeadLettered, RecordDelivered
from pipes_trigger.local.runtime import PipeRuntime

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = 20
SIZES = (1, 10, 100)
SOON = 20.0

# By batch size and whether the pipe bisects.
Table = dict[tuple[int, bool], str]

WHOLE: Table = {
    (1, False): "0..19",
    (1, True): "0..19",
    (10, False): "0-9 10-19",
    (10, True): "0-9 10-19",
    (100, False): "0-19",
    (100, True): "0-19",
}
# The first two invocations fail.
TWO_FAIL: Table = {
    (1, False): "0*3 1..19",
    (1, True): "0*3 1..19",
    (10, False): "0-9*3 10-19",
    (10, True): "0-9 0-4 0-1 2-4 5-9 10-19",
    (100, False): "0-19*3",
    (100, True): "0-19 0-9 0-4 5-9 10-19",
}
# The first five invocations fail in a way that uses up no retry.
FIVE_NOT_COUNTED: Table = {
    (1, False): "0*6 1..19",
    (1, True): "0*6 1..19",
    (10, False): "0-9*6 10-19",
    (10, True): "0-9*6 10-19",
    (100, False): "0-19*6",
    (100, True): "0-19*6",
}
# Record 5 is reported as failed twice.
PARTIAL: Table = {
    (1, False): "0..4 5*3 6..19",
    (1, True): "0..4 5*3 6..19",
    (10, False): "0-9 5-9*2 10-19",
    (10, True): "0-9 5-9 5-6 7-9 10-19",
    (100, False): "0-19 5-19*2",
    (100, True): "0-19 5-19 5-11 12-19",
}
# The process is killed in the first invocation that holds record 10, and another one takes over.
KILLED: Table = {
    (1, False): "0..9 10*2 11..19",
    (1, True): "0..9 10*2 11..19",
    (10, False): "0-9 10-19*2",
    (10, True): "0-9 10-19*2",
    (100, False): "0-19*2",
    (100, True): "0-19*2",
}
# One record always fails: what is sent, and the first and last record of each dead letter.
POISON: dict[int, dict[tuple[int, bool], tuple[str, list[tuple[int, int]]]]] = {
    0: {
        (1, False): ("0*3 1..19", [(0, 0)]),
        (1, True): ("0*3 1..19", [(0, 0)]),
        (10, False): ("0-9*3 10-19", [(0, 9)]),
        (10, True): ("0-9 0-4 0-1 0*3 1 2-4 5-9 10-19", [(0, 0)]),
        (100, False): ("0-19*3", [(0, 19)]),
        (100, True): ("0-19 0-9 0-4 0-1 0*3 1 2-4 5-9 10-19", [(0, 0)]),
    },
    10: {
        (1, False): ("0..9 10*3 11..19", [(10, 10)]),
        (1, True): ("0..9 10*3 11..19", [(10, 10)]),
        (10, False): ("0-9 10-19*3", [(10, 19)]),
        (10, True): ("0-9 10-19 10-14 10-11 10*3 11 12-14 15-19", [(10, 10)]),
        (100, False): ("0-19*3", [(0, 19)]),
        (100, True): ("0-19 0-9 10-19 10-14 10-11 10*3 11 12-14 15-19", [(10, 10)]),
    },
    19: {
        (1, False): ("0..18 19*3", [(19, 19)]),
        (1, True): ("0..18 19*3", [(19, 19)]),
        (10, False): ("0-9 10-19*3", [(10, 19)]),
        (10, True): ("0-9 10-19 10-14 15-19 15-16 17-19 17 18-19 18 19*3", [(19, 19)]),
        (100, False): ("0-19*3", [(0, 19)]),
        (100, True): ("0-19 0-9 10-19 10-14 15-19 15-16 17-19 17 18-19 18 19*3", [(19, 19)]),
    },
}

matrix = pytest.mark.parametrize(
    ("size", "bisect"), [(size, bisect) for size in SIZES for bisect in (False, True)], ids=str
)


def check(pipe: Any, service: Any, sent: list[list[int]], letters: list[tuple[int, int]]) -> None:
    """
    Expect these invocations and dead letters, each record decided once and told so, in order.
    """
    assert sent == service.sent
    assert letters == service.letters
    given_up = [number for first, last in letters for number in range(first, last + 1)]
    assert given_up == numbers(pipe.of(RecordDeadLettered))
    assert [number for number in range(RECORDS) if number not in given_up] == numbers(pipe.of(RecordDelivered))


def numbers(events: list[Any]) -> list[int]:
    """
    Number the records of events.
    """
    return [int(event.record["eventID"][1:]) for event in events]


def error(kind: str, message: str) -> Any:
    """
    Write what Lambda answers for a function that failed.
    """
    return json.dumps({"errorType": kind, "errorMessage": message}), {"FunctionError": "Unhandled"}


FAILURES = {
    "function error": error("KeyError", "'id'"),
    "timeout": error("Sandbox.Timedout", "2026-01-01 Task timed out after 3.00 seconds"),
    "crash": error("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: signal: killed"),
    "no JSON": ("{", {}),
    "too much": ("x" * (LAMBDA_PAYLOAD_BYTES + 1), {}),
    "malformed report": ('{"batchItemFailures": [{"itemIdentifer": "e0"}]}', {}),
    "unknown record": ('{"batchItemFailures": [{"itemIdentifier": "nobody"}]}', {}),
}


@matrix
@pytest.mark.parametrize("fault", FAILURES)
def test_a_function_that_fails_twice(
    *, service: Any, rig: Any, raw: Any, invocations: Any, fault: str, size: int, bisect: bool
) -> None:
    """
    Whatever way a function fails, its records are sent again, in halves where the pipe bisects, and none is given up.
    """
    text, more = FAILURES[fault]
    aws = service(lambda time, _numbers: raw(text, more) if time <= 2 else None)
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    check(pipe, aws, invocations(TWO_FAIL[size, bisect]), [])
    assert pipe.metrics.statistics["ExecutionFailed"].count == 2
    assert pipe.metrics.statistics["ExecutionTimeout"].count == (2 if fault == "timeout" else 0)


@matrix
@pytest.mark.parametrize("fault", ["throttling", "unreachable"])
def test_a_function_out_of_reach(
    *, service: Any, rig: Any, throttled: Any, invocations: Any, fault: str, size: int, bisect: bool
) -> None:
    """
    Throttling and a target that nobody listens at use up no retry and split nothing.
    """

    def respond(time: int, _numbers: list[int]) -> None:
        if fault == "throttling" and time <= 5:
            raise throttled()

    aws = service(respond, down={"invoke": 5} if fault == "unreachable" else {})
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    check(pipe, aws, invocations(FIVE_NOT_COUNTED[size, bisect]), [])
    assert pipe.metrics.statistics["ExecutionThrottled"].count == (5 if fault == "throttling" else 0)
    assert pipe.now - 1_800_000_000 == 1 + 2 + 4 + 8 + 8


@matrix
def test_an_answer_that_does_not_come(*, service: Any, rig: Any, invocations: Any, size: int, bisect: bool) -> None:
    """
    A connection that times out counts as a time-out of the function.
    """

    def respond(time: int, _numbers: list[int]) -> None:
        if time <= 2:
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1:1")

    aws = service(respond)
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    check(pipe, aws, invocations(TWO_FAIL[size, bisect]), [])


@matrix
def test_a_partial_answer(*, service: Any, rig: Any, invocations: Any, size: int, bisect: bool) -> None:
    """
    What comes before the reported record is delivered, and the rest is sent again.
    """
    reported: list[int] = []

    def respond(_time: int, sent: list[int]) -> Any:
        if 5 in sent and len(reported) < 2:
            reported.append(5)
            return {"batchItemFailures": [{"itemIdentifier": "e5"}]}
        return {"batchItemFailures": []}

    aws = service(respond)
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    check(pipe, aws, invocations(PARTIAL[size, bisect]), [])
    assert pipe.metrics.statistics["ExecutionPartiallyFailed"].count == (0 if size == 1 else 1)


@matrix
@pytest.mark.parametrize("poison", POISON, ids=["first", "middle", "last"])
def test_a_poison_record(
    *, service: Any, rig: Any, raw: Any, invocations: Any, poison: int, size: int, bisect: bool
) -> None:
    """
    A record that always fails takes its batch down with it, or itself alone where the pipe bisects.
    """
    text, more = FAILURES["function error"]
    aws = service(lambda _time, sent: raw(text, more) if poison in sent else None)
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    sent, letters = POISON[poison][size, bisect]
    check(pipe, aws, invocations(sent), letters)


@matrix
def test_a_dead_letter_queue_that_is_missing(
    *, service: Any, rig: Any, raw: Any, invocations: Any, size: int, bisect: bool
) -> None:
    """
    Until the dead letter is sent nothing behind it moves, and nothing is lost.
    """
    text, more = FAILURES["function error"]
    aws = service(lambda _time, sent: raw(text, more) if 0 in sent else None, down={"queue": 3})
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    sent, letters = POISON[0][size, bisect]
    check(pipe, aws, invocations(sent), letters)
    assert len(pipe.of(DeadLetterFailed)) == 3
    if size == 1:
        assert [type(event) for event in pipe.of(DeadLetterFailed, RecordDelivered)][:4] == [
            *[DeadLetterFailed] * 3,
            RecordDelivered,
        ]


@matrix
def test_a_stream_that_is_down(*, service: Any, rig: Any, invocations: Any, size: int, bisect: bool) -> None:
    """
    A stream that cannot be listed and then not read is asked again, ever more slowly.
    """
    aws = service(down={"describe_stream": 2, "get_records": 3})
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    check(pipe, aws, invocations(WHOLE[size, bisect]), [])
    assert pipe.now - 1_800_000_000 == 1 + 2 + 4 + 8 + 8


@matrix
def test_a_runtime_that_is_killed(
    *, service: Any, rig: Any, killed: Any, tmp_path: Path, invocations: Any, size: int, bisect: bool
) -> None:
    """
    Killed while a function runs, the next process sends that batch again, and nothing else twice.
    """
    kills: list[int] = []

    def respond(_time: int, sent: list[int]) -> None:
        if 10 in sent and not kills:
            kills.append(10)
            raise killed

    aws = service(respond)
    aws.put(*map(str, range(RECORDS)))
    checkpoint = tmp_path / "orders.json"
    first = rig(aws, checkpoint, batch_size=size, bisect=bisect)
    with pytest.raises(killed):
        first.run()
    second = rig(aws, checkpoint, batch_size=size, bisect=bisect).run()

    assert invocations(KILLED[size, bisect]) == aws.sent
    told = numbers([*first.of(RecordDelivered), *second.of(RecordDelivered)])
    assert list(range(RECORDS)) == told
    rig(aws, checkpoint, batch_size=size, bisect=bisect).run()
    assert invocations(KILLED[size, bisect]) == aws.sent


@matrix
def test_a_clock_that_jumps(
    *, service: Any, spec_of: Any, invocations: Any, monkeypatch: pytest.MonkeyPatch, size: int, bisect: bool
) -> None:
    """
    A clock that is set two days ahead meanwhile, and back, makes no record too old.
    """
    real = time.time
    days = {1: 2, 2: -2}

    def respond(count: int, _numbers: list[int]) -> None:
        offset = 86_400 * days.get(count, 0)
        monkeypatch.setattr(time, "time", lambda: real() + offset)

    aws = service(respond, created=real())
    aws.put(*map(str, range(RECORDS)))
    runtime = PipeRuntime(
        spec_of(batch_size=size, bisect=bisect, maximum_record_age=3_600),
        source_arn="arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000",
        target_arn="arn:aws:lambda:us-east-1:111122223333:function:orders",
        clients=aws.client,
        poll_seconds=0.001,
    )
    with runtime:
        assert runtime.wait(lambda progress: progress.delivered == RECORDS, SOON)

    assert invocations(WHOLE[size, bisect]) == aws.sent
