"""
Every fault of an enrichment against every batch size, with and without bisecting: what exactly is enriched and sent.

Twenty records, two retries, a dead-letter queue. What is sent to the enrichment is what would be sent to the target of
a pipe without one, so the tables are those of `test_faults_matrix.py`; the target gets what the enrichment answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.local.events import EnrichmentAnswered, RecordDeadLettered, RecordDelivered
from tests.faults.conftest import TOPIC
from tests.faults.test_faults_matrix import (
    FAILURES,
    FIVE_NOT_COUNTED,
    KILLED,
    PARTIAL,
    POISON,
    RECORDS,
    TWO_FAIL,
    WHOLE,
    matrix,
    numbers,
)

if TYPE_CHECKING:
    from pathlib import Path

FAULTS: dict[str, tuple[str, dict[str, str]]] = {
    **{name: FAILURES[name] for name in ("function error", "timeout", "crash", "no JSON", "too much")},
    "null": ("null", {}),
    "unfit for the template": ('[{"eventID": "e0"}]', {}),
    "text": ('"text"', {}),
}


def same(_time: int, _numbers: list[int], records: list[Any]) -> list[Any]:
    """
    Answer the records as they are.
    """
    return records


def check(
    pipe: Any, service: Any, enriched: list[list[int]], sent: list[list[int]], dead: list[tuple[int, int]]
) -> None:
    """
    Expect these batches at both stages and these dead letters, each record decided once, in order.
    """
    assert (enriched, sent, dead) == (service.enriched, service.sent, service.letters)
    given_up = [number for first, last in dead for number in range(first, last + 1)]
    assert given_up == numbers(pipe.of(RecordDeadLettered))
    assert [number for number in range(RECORDS) if number not in given_up] == numbers(pipe.of(RecordDelivered))


@matrix
@pytest.mark.parametrize("fault", FAULTS)
def test_an_enrichment_that_fails_twice(
    *, service: Any, rig: Any, raw: Any, invocations: Any, fault: str, size: int, bisect: bool
) -> None:
    """
    Whatever way it fails, its batch is sent to it again, in halves where the pipe bisects, and the target gets it once.
    """
    text, more = FAULTS[fault]
    aws = service(enrich=lambda time, names, records: raw(text, more) if time <= 2 else same(time, names, records))
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    enriched = invocations(TWO_FAIL[size, bisect])
    check(pipe, aws, enriched, enriched[2:], [])
    assert pipe.metrics.statistics["EnrichmentStageFailed"].count == 2
    assert pipe.metrics.statistics["TargetStageFailed"].count == 0
    assert pipe.metrics.statistics["ExecutionTimeout"].count == (2 if fault == "timeout" else 0)


@matrix
@pytest.mark.parametrize("fault", ["throttling", "unreachable"])
def test_an_enrichment_out_of_reach(
    *, service: Any, rig: Any, throttled: Any, invocations: Any, fault: str, size: int, bisect: bool
) -> None:
    """
    It uses up no retry and splits nothing.
    """

    def enrich(time: int, names: list[int], records: list[Any]) -> Any:
        if fault == "throttling" and time <= 5:
            raise throttled()
        return same(time, names, records)

    aws = service(enrich=enrich, down={"enrich": 5} if fault == "unreachable" else {})
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    check(pipe, aws, invocations(FIVE_NOT_COUNTED[size, bisect]), invocations(WHOLE[size, bisect]), [])


@matrix
@pytest.mark.parametrize("poison", POISON, ids=["first", "middle", "last"])
def test_a_record_that_the_enrichment_always_fails_for(
    *, service: Any, rig: Any, invocations: Any, poison: int, size: int, bisect: bool
) -> None:
    """
    It takes its batch down with it, or itself alone where the pipe bisects; the target never sees it.
    """
    aws = service(enrich=lambda time, names, records: None if poison in names else same(time, names, records))
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    batches, letters = POISON[poison][size, bisect]
    enriched = invocations(batches)
    check(pipe, aws, enriched, [batch for batch in enriched if poison not in batch], letters)


@pytest.mark.parametrize(("size", "bisect"), [(size, bisect) for size in (1, 10) for bisect in (False, True)], ids=str)
def test_an_answer_with_more_than_the_target_takes(
    *, service: Any, rig: Any, invocations: Any, size: int, bisect: bool
) -> None:
    """
    A topic takes ten at once: what does not fit fails its batch, and halving it helps where it then fits.
    """
    many = lambda _time, names, records: records * (12 if 10 in names else 1)  # noqa: E731 - one line is enough
    aws = service(enrich=many)
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, target=TOPIC, batch_size=size, bisect=bisect).run()

    batches, letters = POISON[10][size, bisect]
    enriched = invocations(batches)
    check(pipe, aws, enriched, [batch for batch in enriched if 10 not in batch], letters)
    refused = {event.reason for event in pipe.of(RecordDeadLettered)}
    assert all(reason.startswith("refused: ") and "the 10 that the target takes" in reason for reason in refused)


@matrix
def test_a_target_that_fails_has_its_batch_enriched_again(
    *, service: Any, rig: Any, invocations: Any, size: int, bisect: bool
) -> None:
    """
    A retry goes the whole way.
    """
    reported: list[int] = []

    def respond(_time: int, sent: list[int]) -> Any:
        if 5 in sent and len(reported) < 2:
            reported.append(5)
            return {"batchItemFailures": [{"itemIdentifier": "e5"}]}
        return None

    aws = service(respond, enrich=same)
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    batches = invocations(PARTIAL[size, bisect])
    check(pipe, aws, batches, batches, [])


@matrix
def test_an_enrichment_that_answers_nothing(
    *, service: Any, rig: Any, invocations: Any, size: int, bisect: bool
) -> None:
    """
    The batch with the first record never reaches the target, and is done with.
    """
    aws = service(enrich=lambda time, names, records: [] if 0 in names else same(time, names, records))
    aws.put(*map(str, range(RECORDS)))
    pipe = rig(aws, batch_size=size, bisect=bisect).run()

    batches = invocations(WHOLE[size, bisect])
    check(pipe, aws, batches, batches[1:], [])
    assert [event.elements for event in pipe.of(EnrichmentAnswered)] == [0, *map(len, batches[1:])]
    assert [event.skipped for event in pipe.of(RecordDelivered)] == [number in batches[0] for number in range(RECORDS)]
    assert pipe.metrics.statistics["TargetStageSkipped"].count == 1


@matrix
@pytest.mark.parametrize("stage", ["enrichment", "target"])
def test_a_runtime_that_is_killed(
    *,
    service: Any,
    rig: Any,
    killed: Any,
    tmp_path: Path,
    invocations: Any,
    stage: str,
    size: int,
    bisect: bool,
) -> None:
    """
    Killed in either stage, the next process sends that batch the whole way again, and nothing else twice.
    """
    kills: list[int] = []

    def kill(numbers: list[int]) -> None:
        if 10 in numbers and not kills:
            kills.append(10)
            raise killed

    def respond(_time: int, numbers: list[int]) -> None:
        if stage == "target":
            kill(numbers)

    def enrich(_time: int, numbers: list[int], records: list[Any]) -> list[Any]:
        if stage == "enrichment":
            kill(numbers)
        return records

    aws = service(respond, enrich=enrich)
    aws.put(*map(str, range(RECORDS)))
    checkpoint = tmp_path / "orders.json"
    first = rig(aws, checkpoint, batch_size=size, bisect=bisect)
    with pytest.raises(killed):
        first.run()
    second = rig(aws, checkpoint, batch_size=size, bisect=bisect).run()

    assert invocations(KILLED[size, bisect]) == aws.enriched
    assert invocations((WHOLE if stage == "enrichment" else KILLED)[size, bisect]) == aws.sent
    assert list(range(RECORDS)) == numbers([*first.of(RecordDelivered), *second.of(RecordDelivered)])
