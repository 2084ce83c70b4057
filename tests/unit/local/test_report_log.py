"""
The structured log and the live counters.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from pipes_trigger.errors import LocalRunError
from pipes_trigger.local import events
from pipes_trigger.local.live import LiveCounters
from pipes_trigger.local.trace_log import TraceLog, log_line

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "secret"
RECORD = {
    "eventID": "e1",
    "eventName": "INSERT",
    "dynamodb": {"Keys": {"id": {"S": SECRET}}, "SequenceNumber": "7"},
}
WHO = {"eventID": "e1", "sequenceNumber": "7", "eventName": "INSERT"}
GIVEN_UP = {"condition": "RetryAttemptsExhausted", "reason": f"function error: {SECRET}"}
BATCH: dict[str, Any] = {"records": (RECORD,), "reason": f"function error: {SECRET}", "seconds": 0.5}
CASES: list[tuple[events.PipeEvent, dict[str, Any], dict[str, Any]]] = [
    (events.PipeReady(pipe="p", time=0.0), {"event": "pipe_ready"}, {}),
    (events.RecordRead(pipe="p", time=0.0, record=RECORD), {"event": "record_read", **WHO}, {"record": RECORD}),
    (
        events.RecordFiltered(pipe="p", time=0.0, record=RECORD, reasons=(f"found {SECRET}",)),
        {"event": "record_filtered", **WHO},
        {"record": RECORD, "reasons": [f"found {SECRET}"]},
    ),
    (
        events.BatchInvoked(pipe="p", time=0.0, records=(RECORD,), attempt=2, payload=f'["{SECRET}"]'),
        {"event": "batch_invoked", "eventIDs": ["e1"], "attempt": 2},
        {"payload": f'["{SECRET}"]'},
    ),
    (
        events.EnrichmentInvoked(pipe="p", time=0.0, records=(RECORD,), attempt=1, payload=f'["{SECRET}"]'),
        {"event": "enrichment_invoked", "eventIDs": ["e1"], "attempt": 1},
        {"payload": f'["{SECRET}"]'},
    ),
    (
        events.EnrichmentAnswered(pipe="p", time=0.0, records=(RECORD,), elements=3, seconds=0.5),
        {"event": "enrichment_answered", "eventIDs": ["e1"], "elements": 3, "seconds": 0.5},
        {},
    ),
    (
        events.BatchFailed(pipe="p", time=0.0, **BATCH, next_step="retry 1 of 2", retry_at=1.0),
        {
            "event": "batch_failed",
            "eventIDs": ["e1"],
            "next_step": "retry 1 of 2",
            "seconds": 0.5,
            "retry_at": 1.0,
            "reason": "function error",
        },
        {"reason": f"function error: {SECRET}"},
    ),
    (
        events.RecordDeadLettered(pipe="p", time=0.0, record=RECORD, **GIVEN_UP, destination="arn"),
        {
            "event": "record_dead_lettered",
            **WHO,
            "condition": "RetryAttemptsExhausted",
            "destination": "arn",
            "reason": "function error",
        },
        {"record": RECORD, "reason": f"function error: {SECRET}"},
    ),
    (
        events.StreamUnavailable(pipe="p", time=0.0, reason="no answer", retry_at=1.0),
        {"event": "stream_unavailable", "retry_at": 1.0, "reason": "no answer"},
        {},
    ),
    (
        events.PipeFailed(pipe="p", time=0.0, error=ValueError(SECRET)),
        {"event": "pipe_failed", "error": "ValueError"},
        {"reason": SECRET},
    ),
    (
        events.PipeFailed(pipe="p", time=0.0, error=LocalRunError("the stream is gone")),
        {"event": "pipe_failed", "error": "LocalRunError", "reason": "the stream is gone"},
        {},
    ),
    (
        events.PipeStopped(pipe="p", time=0.0, undecided=(RECORD,)),
        {"event": "pipe_stopped", "eventIDs": ["e1"]},
        {},
    ),
]


@pytest.mark.parametrize(("event", "plain", "with_records"), CASES)
def test_a_line_holds_item_data_only_where_it_was_asked_for(
    event: events.PipeEvent, plain: dict[str, Any], with_records: dict[str, Any]
) -> None:
    """
    Keys, images, payloads and what functions and filters said of them are left out; which record it was is not.
    """
    always = {"time": "1970-01-01T00:00:00.000+00:00", "pipe": "p"}

    assert log_line(event) == {**always, **plain}
    assert log_line(event, records=True) == {**always, **plain, **with_records}
    assert SECRET not in json.dumps(log_line(event))


def test_every_event_is_a_line_and_runs_are_appended(tmp_path: Path) -> None:
    """
    The file can be read while the run goes on, and a second run adds to it.
    """
    path = tmp_path / "trace.jsonl"
    for _ in range(2):
        with TraceLog(path) as log:
            log.event(events.PipeReady(pipe="p", time=0.0))
            assert path.read_text(encoding="utf-8").endswith("\n")

    assert [json.loads(line)["event"] for line in path.read_text(encoding="utf-8").splitlines()] == ["pipe_ready"] * 2


def counted(console: Console) -> LiveCounters:
    """
    Give counters that saw two records, of which one is delivered after a failure.
    """
    counters = LiveCounters(console)
    with counters:
        for _ in range(2):
            counters.event(events.RecordRead(pipe="orders", time=0.0, record=RECORD))
        counters.event(events.BatchFailed(pipe="orders", time=0.0, **BATCH, next_step="retry", retry_at=1.0))
        counters.event(events.RecordDelivered(pipe="orders", time=0.0, record=RECORD))
    return counters


def test_counters_say_what_awaits_its_fate() -> None:
    """
    One row a pipe: each fate, failed invocations, and what was read and is open.
    """
    printed = Console(file=io.StringIO(), width=100)
    printed.print(counted(printed).table())

    assert isinstance(printed.file, io.StringIO)
    lines = [line.split() for line in printed.file.getvalue().splitlines()]
    assert lines == [
        ["pipe", "read", "filtered", "delivered", "dead-lettered", "discarded", "failed", "sends", "waiting"],
        ["orders", "2", "-", "1", "-", "-", "1", "1"],
    ]


def test_counters_are_drawn_on_a_terminal_alone() -> None:
    """
    A file or a pipe gets the lines and nothing else.
    """
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100)
    pipe = Console(file=io.StringIO(), width=100)
    counted(terminal)
    counted(pipe)

    assert isinstance(terminal.file, io.StringIO)
    assert isinstance(pipe.file, io.StringIO)
    assert ("waiting" in terminal.file.getvalue(), pipe.file.getvalue()) == (True, "")


def test_a_narrow_terminal_keeps_the_numbers() -> None:
    """
    Where the table does not fit, each pipe gets a line with the numbers that there are, cut nowhere.
    """
    printed = Console(file=io.StringIO(), width=40)
    printed.print(counted(printed).drawn())

    assert isinstance(printed.file, io.StringIO)
    lines = [line.rstrip() for line in printed.file.getvalue().splitlines()]
    assert lines == ["orders: 2 read, 1 delivered, 1 failed", "sends, 1 waiting"]


def test_nothing_is_drawn_before_a_pipe_says_something() -> None:
    """
    While everything is set up there is nothing to count.
    """
    terminal = Console(file=io.StringIO(), force_terminal=True, width=100)
    with LiveCounters(terminal):
        pass

    assert isinstance(terminal.file, io.StringIO)
    assert "pipe" not in terminal.file.getvalue()
