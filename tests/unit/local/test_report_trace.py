"""
What is kept of a run for the report, and what of it gets into the page.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from pipes_trigger.errors import ConfigurationError, LocalRunError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.local import events
from pipes_trigger.local.console import LocalConsole
from pipes_trigger.local.report import render_page, write_page
from pipes_trigger.local.trace import Trace
from pipes_trigger.local.watching import RunFiles, Watching

if TYPE_CHECKING:
    from pathlib import Path

ARN = "arn:aws:sqs:eu-west-1:111122223333:dead-letters"
EMPTY: dict[str, Any] = {"began": 0, "ended": 0, "let_go": 0, "notes": [], "records": []}


def record(number: int) -> dict[str, Any]:
    """
    Make a record.
    """
    change = {"Keys": {"id": {"S": f"item-{number}"}}, "SequenceNumber": str(number)}
    return {"eventID": f"e{number}", "eventName": "INSERT", "dynamodb": change}


def read(trace: Trace, *numbers: int, pipe: str = "orders") -> list[dict[str, Any]]:
    """
    Let a trace see records that are read.
    """
    records = [record(number) for number in numbers]
    for each in records:
        trace.event(events.RecordRead(pipe=pipe, time=0.0, record=each))
    return records


def test_a_records_way_is_kept_step_by_step() -> None:
    """
    A record that fails, is retried in a batch of its own and given up shows each attempt with its batch.
    """
    trace = Trace(clock=lambda: 5.0)
    first, second = read(trace, 1, 2)
    both, alone = (first, second), (second,)
    why = "function error: KeyError: release"
    send = {"pipe": "orders", "payload": "[]"}
    trace.event(events.BatchInvoked(**send, time=1.0, records=both, attempt=1))
    failed: dict[str, Any] = {"pipe": "orders", "records": alone, "reason": why, "seconds": 0.5}
    trace.event(events.BatchSucceeded(pipe="orders", time=1.5, records=(first,), seconds=0.5))
    trace.event(events.RecordDelivered(pipe="orders", time=1.5, record=first))
    trace.event(events.BatchFailed(**failed, time=1.5, next_step="retry 1 of 1", retry_at=2.0))
    trace.event(events.BatchInvoked(**send, time=2.0, records=alone, attempt=2))
    trace.event(events.BatchFailed(**failed, time=2.5, next_step="given up after 1 retry", retry_at=None))
    given_up = {"condition": "RetryAttemptsExhausted", "reason": why, "destination": ARN}
    trace.event(events.RecordDeadLettered(pipe="orders", time=2.5, record=second, **given_up))

    delivered, dead = trace.data()["records"]

    assert (delivered["fate"], delivered["steps"]) == (
        "delivered",
        [(1.0, "invoked", "attempt 1, 2 records", 1), (1.5, "succeeded", "500 ms", 1)],
    )
    assert (dead["fate"], dead["steps"]) == (
        "dead-lettered",
        [
            (1.0, "invoked", "attempt 1, 2 records", 1),
            (1.5, "failed", f"{why} -> retry 1 of 1; 500 ms", 1),
            (2.0, "invoked", "attempt 2, 1 record", 2),
            (2.5, "failed", f"{why} -> given up after 1 retry; 500 ms", 2),
            (2.5, "dead-lettered", f"{why}, to dead-letters", None),
        ],
    )


def test_an_enrichment_is_a_step_of_its_batch() -> None:
    """
    One batch number for both stages of an attempt, another for the next one, and what the enrichment answered.
    """
    trace = Trace()
    records = tuple(read(trace, 1, 2))
    batch: dict[str, Any] = {"pipe": "orders", "records": records}
    sent: dict[str, Any] = {**batch, "payload": "[]"}
    why = "enrichment ended with function error: KeyError"
    failed: dict[str, Any] = {"next_step": "retry 1 of 1", "retry_at": 2.0, "seconds": 0.5}
    trace.event(events.EnrichmentInvoked(**sent, time=1.0, attempt=1))
    trace.event(events.BatchFailed(**batch, **failed, time=1.5, reason=why))
    trace.event(events.EnrichmentInvoked(**sent, time=2.0, attempt=2))
    trace.event(events.EnrichmentAnswered(**batch, time=2.5, elements=1, seconds=0.5))
    trace.event(events.BatchInvoked(**sent, time=2.5, attempt=2))
    trace.event(events.BatchSucceeded(**batch, time=3.0, seconds=0.5))
    trace.event(events.RecordDelivered(pipe="orders", time=3.0, record=records[0]))

    row, _ = trace.data()["records"]

    assert (row["fate"], row["steps"]) == (
        "delivered",
        [
            (1.0, "enriching", "attempt 1, 2 records", 1),
            (1.5, "failed", f"{why} -> retry 1 of 1; 500 ms", 1),
            (2.0, "enriching", "attempt 2, 2 records", 2),
            (2.5, "enriched", "to 1 event; 500 ms", 2),
            (2.5, "invoked", "attempt 2, 2 records", 2),
            (3.0, "succeeded", "500 ms", 2),
        ],
    )


def test_records_that_were_enriched_to_nothing_say_so() -> None:
    """
    In the report as in the terminal: they are done with, and the target was not invoked.
    """
    trace = Trace()
    (first,) = read(trace, 1)
    sent: dict[str, Any] = {"pipe": "orders", "records": (first,), "payload": "[]"}
    trace.event(events.EnrichmentInvoked(**sent, time=1.0, attempt=1))
    trace.event(events.EnrichmentAnswered(pipe="orders", time=1.5, records=(first,), elements=0, seconds=0.5))
    delivered = events.RecordDelivered(pipe="orders", time=1.5, record=first, skipped=True)
    trace.event(delivered)

    (row,) = trace.data()["records"]
    line = LocalConsole(Console(file=io.StringIO())).line(delivered)

    assert (row["fate"], row["steps"][-1]) == ("delivered", (1.5, "enriched", "to nothing; 500 ms", 1))
    assert line is not None
    assert line.plain.endswith("delivered  the enrichment answered nothing, so the target was not invoked")


def test_the_same_record_goes_through_two_pipes() -> None:
    """
    Pipes on one stream read the same records; each has a fate of its own.
    """
    trace = Trace()
    (first,) = read(trace, 1, pipe="orders")
    read(trace, 1, pipe="audit")
    trace.event(events.RecordFiltered(pipe="audit", time=1.0, record=first, reasons=("status",)))

    assert [(row["pipe"], row["fate"]) for row in trace.data()["records"]] == [
        ("orders", "undecided"),
        ("audit", "filtered"),
    ]


def test_why_a_record_passed_is_told() -> None:
    """
    By which leaves of which filter; of a pipe without filters that it has none, and of a filtered record nothing.
    """
    trace = Trace()
    inserts, changes = FilterPattern({"eventName": ["INSERT"]}), FilterPattern({"eventName": ["MODIFY"]})
    trace.filters = {"one": (inserts,), "two": (changes, inserts), "none": (), "other": (changes,)}
    for pipe in (*trace.filters, "unknown"):
        read(trace, 1, pipe=pipe)

    assert [row["steps"] for row in trace.data()["records"]] == [
        [(0.0, "passed", "by eventName: wanted 'INSERT', found 'INSERT'", None)],
        [(0.0, "passed", "by filter 2: eventName: wanted 'INSERT', found 'INSERT'", None)],
        [(0.0, "passed", "the pipe has no filter", None)],
        [],
        [],
    ]


def test_the_oldest_records_are_let_go() -> None:
    """
    A long run does not fill the memory: the latest records are kept, and events of the others are passed over.
    """
    trace = Trace(most=2)
    first, *_ = read(trace, 1, 2, 3)
    trace.event(events.RecordDelivered(pipe="orders", time=1.0, record=first))

    data = trace.data()

    assert (data["let_go"], [row["keys"] for row in data["records"]]) == (1, ["id=item-2", "id=item-3"])


def test_what_happened_to_a_pipe_is_a_note() -> None:
    """
    A stream that was down, records that it forgot and the end of a pipe belong to no record.
    """
    trace = Trace()
    trace.event(events.StreamUnavailable(pipe="orders", time=1.0, reason="no answer", retry_at=2.0))
    trace.event(events.RecordsTrimmed(pipe="orders", time=2.0, shard_id="shard-1", after="7"))
    trace.event(events.PipeFailed(pipe="orders", time=3.0, error=LocalRunError("the stream is gone")))

    assert trace.data()["notes"] == [
        (1.0, "orders", "stream down", "no answer -> tried again"),
        (2.0, "orders", "trimmed", "the stream forgot records of shard-1 before they were read"),
        (3.0, "orders", "pipe failed", "the stream is gone"),
    ]


def test_a_dead_letter_that_could_not_be_sent_and_a_discard_are_steps() -> None:
    """
    What hinders a record on its last step stands in its way, too.
    """
    trace = Trace()
    (first,) = read(trace, 1)
    trace.event(events.DeadLetterFailed(pipe="orders", time=1.0, records=(first,), reason="no queue", destination=ARN))
    trace.event(events.RecordDiscarded(pipe="orders", time=2.0, record=first, condition="X", reason="too old"))

    (row,) = trace.data()["records"]

    assert (row["fate"], row["steps"]) == (
        "discarded",
        [
            (1.0, "no dead letter", "no queue -> tried again", None),
            (2.0, "discarded", "too old, and the pipe has no dead-letter target", None),
        ],
    )


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "<img src=x>", "&lt;", "\u2028", "\ud800", "{{script}}"])
def test_no_item_can_end_the_data(text: str) -> None:
    """
    Whatever stands in an item comes out of the page as it was, and nothing of it is markup.
    """
    page = render_page({**EMPTY, "records": [{"keys": text}]})

    (embedded,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(embedded)["records"] == [{"keys": text}]
    assert set(embedded) & set("<>&") == set()


def test_the_page_loads_nothing() -> None:
    """
    It works without a network: no address, no import, and a policy that forbids both.
    """
    page = render_page(EMPTY)

    assert re.findall(r"https?://|@import|url\(|\bsrc=|\bhref=", page) == []
    assert "default-src 'none'" in page


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """
    What cannot be written leaves the old page and no rest.
    """
    page = tmp_path / "trace.html"
    write_page(EMPTY, page)
    before = page.read_text(encoding="utf-8")

    with pytest.raises(TypeError):
        write_page({"records": [object()]}, page)

    assert ([path.name for path in tmp_path.iterdir()], page.read_text(encoding="utf-8")) == (["trace.html"], before)


def test_what_cannot_be_written_is_said_before_the_run(tmp_path: Path) -> None:
    """
    Every file is named at once, and nothing is left.
    """
    console = LocalConsole(Console(file=io.StringIO()))
    report, log = tmp_path / "no" / "trace.html", tmp_path / "no" / "trace.jsonl"

    with pytest.raises(ConfigurationError) as caught, Watching(console, RunFiles(report=report, log=log)):
        pass

    assert [str(fault) for fault in caught.value.violations] == [
        f"[LR010] --log: cannot be written: No such file or directory ({str(log)!r}); "
        "name a file in a folder that is there",
        f"[LR010] --report: cannot be written: No such file or directory ({str(report)!r}); "
        "name a file in a folder that is there",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_its_report(tmp_path: Path) -> None:
    """
    The report of a failed run is the one that is needed most.
    """
    printed = io.StringIO()
    report = tmp_path / "trace.html"

    def fail() -> None:
        with Watching(LocalConsole(Console(file=printed)), RunFiles(report=report)) as watching:
            watching.event(events.RecordRead(pipe="orders", time=0.0, record=record(1)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert "item-1" in report.read_text(encoding="utf-8")
    assert "the way of every record" in printed.getvalue()


def test_a_report_that_cannot_be_written_in_the_end_is_an_error(tmp_path: Path) -> None:
    """
    A folder that went away meanwhile does not end in a traceback.
    """
    report = tmp_path / "gone" / "trace.html"
    report.parent.mkdir()

    def run() -> None:
        with Watching(LocalConsole(Console(file=io.StringIO())), RunFiles(report=report)):
            report.unlink()
            report.parent.rmdir()

    with pytest.raises(LocalRunError, match=r"the report cannot be written: .*No such file or directory"):
        run()
