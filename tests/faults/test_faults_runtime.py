"""
The runtime on its threads: several batches, shards and pipes at once, checkpoints, stopping in time.
"""

from __future__ import annotations

import json
import threading
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.delivery import Backoff
from pipes_trigger.errors import ConfigurationError, LocalRunError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.local.events import PipeReady, PipeStopped, RecordDelivered, StreamUnavailable
from pipes_trigger.local.running import LocalPipes
from pipes_trigger.local.runtime import PipeRuntime

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:orders"
STREAM = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
SOON = 20.0
# Of two lanes these items take the first and the second.
FIRST, SECOND = "c", "a"


def runtime_of(spec: Any, aws: Any, checkpoint: Path | None = None, observer: Any = lambda _event: None) -> PipeRuntime:
    """
    Make a runtime that loses no time.
    """
    return PipeRuntime(
        spec,
        source_arn=STREAM,
        target_arn=FUNCTION,
        clients=aws.client,
        observer=observer,
        backoff=Backoff(first=0.001, longest=0.01),
        poll_seconds=0.001,
        checkpoint=checkpoint,
    )


def test_lanes_are_invoked_at_the_same_time(service: Any, spec_of: Any) -> None:
    """
    With two lanes two batches are with the function at once; with one there is never more than one.
    """
    meeting = threading.Barrier(2, timeout=SOON)
    aws = service(lambda _time, _numbers: meeting.wait() and None)
    aws.put(FIRST, SECOND, FIRST, SECOND)
    runtime = runtime_of(spec_of(batch_size=1, parallelization_factor=2), aws)
    with runtime:
        assert runtime.wait(lambda progress: progress.delivered == 4, SOON)
    assert runtime.metrics["Concurrency"].maximum == 2

    alone = service()
    alone.put(FIRST, SECOND, FIRST, SECOND)
    runtime = runtime_of(spec_of(batch_size=1), alone)
    with runtime:
        assert runtime.wait(lambda progress: progress.delivered == 4, SOON)
    assert runtime.metrics["Concurrency"].maximum == 1
    assert alone.sent == [[0], [1], [2], [3]]


def test_shards_are_delivered_at_the_same_time(service: Any, spec_of: Any, shard: Any) -> None:
    """
    Shards that are not each other's children are worked on side by side.
    """
    meeting = threading.Barrier(3, timeout=SOON)
    aws = service(lambda _time, _numbers: meeting.wait() and None, shards={name: shard() for name in "abc"})
    for first, name in enumerate("abc"):
        aws.put(name, shard=name, first=first)
    runtime = runtime_of(spec_of(), aws)
    with runtime:
        assert runtime.wait(lambda progress: progress.delivered == 3, SOON)

    assert sorted(aws.sent) == [[0], [1], [2]]


def test_pipes_do_not_disturb_each_other(service: Any, spec_of: Any) -> None:
    """
    While one pipe's function hangs and another's stream is down, a third goes on.
    """
    hang, invoked = threading.Event(), threading.Event()

    def respond(_time: int, _numbers: list[int]) -> None:
        invoked.set()
        hang.wait(SOON)

    hanging = service(respond)
    away = service(down={"describe_stream": 1_000_000})
    well = service()
    for aws in (hanging, away, well):
        aws.put("a")
    told: list[Any] = []
    pipes = [runtime_of(spec_of(), aws, observer=told.append) for aws in (hanging, away, well)]
    for pipe in pipes:
        pipe.start()
    try:
        assert invoked.wait(SOON)
        well.put("b", first=1)
        assert pipes[2].wait(lambda progress: progress.delivered == 2, SOON)
        assert any(isinstance(event, StreamUnavailable) for event in told)
    finally:
        hang.set()
        for pipe in pipes:
            pipe.stop()
    assert (hanging.sent, away.sent) == ([[0]], [])


def test_stopping_leaves_a_hanging_function_for_the_next_run(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    Stopping in time notes what is decided; what the function answers later is not noted, and is sent again.
    """
    hang, invoked = threading.Event(), threading.Event()

    def respond(_time: int, numbers: list[int]) -> None:
        if numbers == [1]:
            invoked.set()
            hang.wait(SOON)

    aws = service(respond)
    aws.put("a", "b", "c")
    path = tmp_path / "orders.json"
    runtime = runtime_of(spec_of(batch_size=1), aws, path)
    runtime.start()
    assert invoked.wait(SOON)
    runtime.stop(timeout=0.05)
    kept = path.read_text()
    hang.set()
    for thread in threading.enumerate():
        if thread.name == "orders a":
            thread.join(SOON)
    assert path.read_text() == kept

    told: list[Any] = []
    again = runtime_of(spec_of(batch_size=1), aws, path, told.append)
    with again:
        assert again.wait(lambda progress: progress.delivered == 2, SOON)
    assert aws.sent == [[0], [1], [1], [2]]
    assert [event.record["eventID"] for event in told if isinstance(event, RecordDelivered)] == ["e1", "e2"]


def test_latest_survives_a_stop_before_anything_was_read(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    What changes while no process runs is read by the next one, and what was there before the first is not.
    """
    path = tmp_path / "orders.json"
    aws = service(created=1_000_000_000.0)
    aws.put("a")
    with runtime_of(spec_of(starting_position="LATEST"), aws, path):
        pass
    aws.created = 4_000_000_000.0
    aws.put("b", first=1)
    again = runtime_of(spec_of(starting_position="LATEST"), aws, path)
    with again:
        assert again.wait(lambda progress: progress.delivered == 1, SOON)

    assert aws.sent == [[1]]
    assert json.loads(path.read_text())["shards"]["a"]["lanes"] == ["000000000000000000002"]


def test_latest_is_kept_before_the_pipe_is_ready(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    Whoever is told that the pipe is ready can kill it at once, and the next one misses no change.
    """
    path = tmp_path / "orders.json"
    kept: list[Any] = []

    def observe(event: Any) -> None:
        if isinstance(event, PipeReady):
            kept.append(json.loads(path.read_text())["shards"]["a"])

    with runtime_of(spec_of(starting_position="LATEST"), service(), path, observe):
        pass

    assert [shard["lanes"] for shard in kept] == [[""]]
    assert kept[0]["since"] > 1_700_000_000


def test_filtered_records_are_kept_without_an_invocation(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    Where nothing passes the filter the checkpoint moves on all the same.
    """
    path = tmp_path / "orders.json"
    aws = service()
    aws.put("a", "b")
    runtime = runtime_of(spec_of(filters=(FilterPattern({"eventName": ["REMOVE"]}),)), aws, path)
    runtime.start()
    assert wait_for(path)
    runtime.stop()


def wait_for(path: Path) -> bool:
    """
    Wait until the second record is noted.
    """
    tick = threading.Event()
    for _ in range(int(SOON * 100)):
        if path.exists() and "0000002" in path.read_text():
            return True
        tick.wait(0.01)
    return False


def test_a_checkpoint_that_cannot_be_written_ends_the_pipe(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    Without a place to note what is decided the pipe stops, rather than promise what it cannot keep.
    """
    (tmp_path / "orders.json.new").mkdir()
    aws = service()
    aws.put("a")
    told: list[Any] = []
    runtime = runtime_of(spec_of(), aws, tmp_path / "orders.json", told.append)
    with pytest.raises(LocalRunError, match=r"^the checkpoint .*orders\.json cannot be written: "), runtime:
        pytest.fail("it must not start")

    assert isinstance(told[-1], PipeStopped)
    assert aws.sent == []


def test_a_checkpoint_that_no_pipe_wrote_is_refused(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    A file of something else is named before anything starts.
    """
    path = tmp_path / "orders.json"
    path.write_text("{}")
    with pytest.raises(ConfigurationError, match=r"^\[LR006\] .*orders\.json: is no checkpoint of version 1"):
        runtime_of(spec_of(), service(), path)


def has_delivered(wanted: int, progress: Any) -> bool:
    """
    Say whether so many records were delivered.
    """
    return bool(progress.delivered == wanted)


def test_every_pipe_of_a_deployment_has_a_file(service: Any, spec_of: Any, tmp_path: Path) -> None:
    """
    A deployment's pipes keep how far they are in a file each, named after the pipe, and go on from there.
    """
    aws = service(respond=lambda _time, _numbers: None)
    aws.put("a", "b")
    properties = {
        "Name": "orders",
        "Source": STREAM,
        "Target": FUNCTION,
        "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON", "BatchSize": 1}},
        "TargetParameters": {"InputTemplate": spec_of().input_template.text},
    }
    template = {"Resources": {"Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": properties}}}
    session = SimpleNamespace(client=lambda _service, **_options: aws)
    pipe = SimpleNamespace(
        name="orders",
        stack="Orders",
        logical_id="Pipe",
        source=STREAM,
        target=FUNCTION,
        enrichment=None,
        dead_letter=None,
        target_parameters={},
        session=session,
    )
    deployment: Any = SimpleNamespace(stacks=[SimpleNamespace(name="Orders", template=template)], pipes=[pipe])
    for wanted in (2, 1):
        with LocalPipes(deployment, observer=lambda _event: None, checkpoints=tmp_path) as pipes:
            assert pipes.running["orders"].wait(partial(has_delivered, wanted), SOON)
        aws.put("c", first=len(aws.shards["a"].records))

    assert aws.sent == [[0], [1], [2]]
    assert [path.name for path in tmp_path.iterdir()] == ["orders.json"]
