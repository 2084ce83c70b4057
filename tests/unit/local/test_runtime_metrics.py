"""
Counting executions under the service's names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.delivery import Batch, Delivered, Entry, Failed, InvokeResult, InvokeStatus
from pipes_trigger.local.metrics import NAMES, Metrics, Statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = Batch((Entry({}, 0.0),))
OK = Delivered(BATCH)
BAD = Failed(BATCH, "why", "retry", None)


@pytest.mark.parametrize(
    ("status", "notes", "counted"),
    [
        (InvokeStatus.ANSWERED, [OK], set()),
        (InvokeStatus.ANSWERED, [BAD], {"ExecutionFailed", "TargetStageFailed"}),
        (InvokeStatus.ANSWERED, [OK, BAD], {"ExecutionPartiallyFailed", "TargetStagePartiallyFailed"}),
        (InvokeStatus.FUNCTION_ERROR, [BAD], {"ExecutionFailed", "TargetStageFailed"}),
        (InvokeStatus.TIMED_OUT, [BAD], {"ExecutionFailed", "TargetStageFailed", "ExecutionTimeout"}),
        (InvokeStatus.THROTTLED, [BAD], {"ExecutionFailed", "TargetStageFailed", "ExecutionThrottled"}),
    ],
)
def test_each_ending_counts_once(status: InvokeStatus, notes: Sequence[Any], counted: set[str]) -> None:
    """
    How an execution ended decides which metrics count it.
    """
    metrics = Metrics()
    metrics.began(events=1, attempt=1)
    metrics.ended(InvokeResult(status), notes, seconds=0.5)

    found = {name for name, statistic in metrics.statistics.items() if statistic.count}
    assert counted == found - {"Concurrency", "EventCount", "TargetStageDuration"}
    assert metrics.statistics["TargetStageDuration"] == Statistic(count=1, total=500.0, maximum=500.0)


@pytest.mark.parametrize(
    ("status", "notes", "counted"),
    [
        (InvokeStatus.ANSWERED, [], set()),
        (InvokeStatus.ANSWERED, [Delivered(BATCH, skipped=True)], {"TargetStageSkipped"}),
        (InvokeStatus.ANSWERED, [BAD], {"ExecutionFailed", "EnrichmentStageFailed"}),
        (InvokeStatus.FUNCTION_ERROR, [BAD], {"ExecutionFailed", "EnrichmentStageFailed"}),
        (InvokeStatus.TIMED_OUT, [BAD], {"ExecutionFailed", "EnrichmentStageFailed", "ExecutionTimeout"}),
        (InvokeStatus.THROTTLED, [BAD], {"ExecutionFailed", "EnrichmentStageFailed", "ExecutionThrottled"}),
    ],
)
def test_an_enrichment_is_a_stage_of_its_own(status: InvokeStatus, notes: Sequence[Any], counted: set[str]) -> None:
    """
    What ends with the enrichment never reaches the target's metrics, and what goes on counts as one execution.
    """
    metrics = Metrics()
    metrics.began(events=1, attempt=1)
    metrics.enriched(InvokeResult(status), notes, seconds=0.5)

    found = {name for name, statistic in metrics.statistics.items() if statistic.count}
    assert counted == found - {"Concurrency", "EventCount", "EnrichmentStageDuration"}
    assert metrics.statistics["EnrichmentStageDuration"] == Statistic(count=1, total=500.0, maximum=500.0)
    if not notes:
        metrics.ended(InvokeResult(InvokeStatus.ANSWERED), [OK], seconds=0.0)
    metrics.began(events=1, attempt=1)
    assert metrics.statistics["Concurrency"] == Statistic(count=2, total=2, maximum=1)


def test_events_count_when_they_are_sent_first() -> None:
    """
    A retry is another execution, with the same events.
    """
    metrics = Metrics()
    for attempt in (1, 2):
        metrics.began(events=7, attempt=attempt)
        metrics.ended(InvokeResult(InvokeStatus.ANSWERED), [OK], seconds=0.0)

    assert metrics.statistics["EventCount"] == Statistic(count=1, total=7, maximum=7)
    assert metrics.statistics["TargetStageDuration"].count == 2


def test_concurrency_is_what_runs_at_once() -> None:
    """
    Executions that overlap are seen.
    """
    metrics = Metrics()
    metrics.began(events=1, attempt=1)
    metrics.began(events=1, attempt=1)
    metrics.ended(InvokeResult(InvokeStatus.ANSWERED), [OK], seconds=0.0)
    metrics.began(events=1, attempt=1)

    assert metrics.statistics["Concurrency"] == Statistic(count=3, total=5, maximum=2)


def test_every_name_is_there_from_the_start() -> None:
    """
    What never happened is told as zero.
    """
    assert Metrics().statistics == dict.fromkeys(NAMES, Statistic())
