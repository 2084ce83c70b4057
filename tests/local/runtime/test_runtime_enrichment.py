"""
Pipes with an enrichment, on the emulator: real functions and state machines answer for real batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.local.events import (
    BatchFailed,
    BatchInvoked,
    EnrichmentAnswered,
    EnrichmentInvoked,
    RecordDeadLettered,
    RecordDelivered,
)

if TYPE_CHECKING:
    from tests.local.runtime.conftest import Run, Site

# Answers by the first item's `do`: nothing, null, too much, an error; else each item with a total.
ENRICHMENT = """
def handler(event, context):
    do = event[0].get("do")
    if do == "nothing":
        return []
    if do == "null":
        return None
    if do == "much":
        return event * 11
    if do == "raise":
        raise ValueError("asked to")
    return [{**each, "total": len(event)} for each in event]
"""
TO_ENRICHMENT = {
    "InputTemplate": '{"eventID": <$.eventID>, "id": <$.dynamodb.Keys.id.S>, "do": <$.dynamodb.NewImage.do.S>}'
}
TO_TARGET = {"InputTemplate": '{"id": <$.id>, "total": <$.total>}'}
HORIZON: dict[str, Any] = {"StartingPosition": "TRIM_HORIZON"}


@pytest.fixture
def enrichment(site: Site) -> str:
    """
    Deploy the enrichment.
    """
    return site.function("enrichment", ENRICHMENT)


def keys(events: list[RecordDelivered] | list[RecordDeadLettered]) -> list[str]:
    """
    Name the items of records.
    """
    return [event.record["dynamodb"]["Keys"]["id"]["S"] for event in events]


def test_a_function_enriches_what_a_queue_gets(site: Site, run: type[Run], enrichment: str) -> None:
    """
    Put, stream, enrichment, queue: each message is what the target's template made of one event of the answer.
    """
    site.put("a:buy", "b:buy")
    pipe = run(
        site,
        target_arn=site.queue_arn,
        enrichment_arn=enrichment,
        enrichment=TO_ENRICHMENT,
        target=TO_TARGET,
        **HORIZON,
    )
    with pipe.runtime:
        pipe.settle(read=2)

    assert sorted(letter["id"] for letter in site.letters()) == ["a", "b"]
    assert keys(pipe.of(RecordDelivered)) == ["a", "b"]
    assert [type(event) for event in pipe.events if event in pipe.of(EnrichmentInvoked) + pipe.of(BatchInvoked)] == [
        EnrichmentInvoked,
        BatchInvoked,
    ]
    assert pipe.of(BatchInvoked)[0].payload == '[{"id": "a", "total": 2},{"id": "b", "total": 2}]'
    metrics = pipe.runtime.metrics
    assert (metrics["EnrichmentStageDuration"].count, metrics["TargetStageDuration"].count) == (1, 1)
    assert metrics["EventCount"].total == 2


def test_a_state_machine_enriches_what_a_state_machine_gets(site: Site, run: type[Run]) -> None:
    """
    Both are Express, and waited for; the answer of the first is the input of the second.
    """
    enrichment = site.state_machine("EXPRESS", {"Type": "Pass", "Parameters": {"orders.$": "$"}, "End": True})
    target = site.state_machine("EXPRESS", {"Type": "Pass", "End": True}, name="target")
    site.put("a:buy", "b:buy")
    pipe = run(
        site,
        target_arn=target,
        enrichment_arn=enrichment,
        enrichment={"InputTemplate": '{"id": <$.dynamodb.Keys.id.S>}'},
        target={"InputTemplate": '{"first": <$.orders[0].id>, "source": <aws.pipes.enrichment-arn>}'},
        **HORIZON,
    )
    with pipe.runtime:
        pipe.settle(read=2)

    assert site.executions(enrichment) == [("SUCCEEDED", [{"id": "a"}, {"id": "b"}])]
    assert site.executions(target) == [("SUCCEEDED", [{"first": "a", "source": enrichment}])]
    assert keys(pipe.of(RecordDelivered)) == ["a", "b"]


def test_an_enrichment_may_answer_nothing(site: Site, run: type[Run], enrichment: str) -> None:
    """
    The target is not invoked, and the records are done with.
    """
    site.put("a:nothing", "b:buy")
    pipe = run(
        site,
        enrichment_arn=enrichment,
        enrichment=TO_ENRICHMENT,
        target=TO_TARGET,
        target_arn=site.queue_arn,
        **HORIZON,
    )
    with pipe.runtime:
        pipe.settle(read=2)

    assert site.letters() == []
    assert [(event.elements, event.size) for event in pipe.of(EnrichmentAnswered)] == [(0, 2)]
    assert [event.skipped for event in pipe.of(RecordDelivered)] == [True, True]
    assert pipe.runtime.metrics["TargetStageSkipped"].count == 1


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        ("raise", "enrichment ended with function error: "),
        ("null", "enrichment failed: the answer is null"),
        ("much", "refused: 11 messages are more than the 10 that the target takes at once"),
    ],
)
def test_an_enrichment_that_fails(site: Site, run: type[Run], enrichment: str, do: str, reason: str) -> None:
    """
    Its batch is retried and given up; nothing of it reaches the target, and what is behind it does.
    """
    site.put("a:buy", f"b:{do}", "c:buy")
    pipe = run(
        site,
        site.topic_arn,
        target_arn=site.queue_arn,
        enrichment_arn=enrichment,
        enrichment=TO_ENRICHMENT,
        target={"InputTemplate": '{"id": <$.id>}'},
        BatchSize=1,
        MaximumRetryAttempts=1,
        **HORIZON,
    )
    with pipe.runtime:
        pipe.settle(read=3)

    assert sorted(letter["id"] for letter in site.letters()) == ["a", "c"]
    assert [event.next_step for event in pipe.of(BatchFailed)] == ["retry 1 of 1", "given up after 1 retry"]
    assert all(event.reason.startswith(reason) for event in pipe.of(BatchFailed))
    assert (keys(pipe.of(RecordDelivered)), keys(pipe.of(RecordDeadLettered))) == (["a", "c"], ["b"])


def test_a_function_target_names_records_that_the_enrichment_kept(site: Site, run: type[Run]) -> None:
    """
    A partial failure of the target is known by the eventIDs; the rest is enriched again.
    """
    enrichment = site.function("enrichment", "def handler(event, context):\n    return event[::-1]\n")
    site.put("a", "b:fail", "c")
    envelope = '{"Records": [{"eventID": <$.eventID>, "dynamodb": <$.dynamodb>}]}'
    pipe = run(site, enrichment_arn=enrichment, target={"InputTemplate": envelope}, MaximumRetryAttempts=0, **HORIZON)
    with pipe.runtime:
        pipe.settle(read=3)

    assert site.sent() == [["c", "b", "a"]]
    assert keys(pipe.of(RecordDelivered)) == ["a"]
