"""
Emptying a dead-letter queue: what is delivered, what is deleted, what stays and why.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.redrive.errors import RedriveError
from pipes_trigger.redrive.redriver import Redriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.redrive import Outcome
    from tests.unit.redrive.conftest import Site

    Write = Callable[..., dict[str, Any]]

GONE = "the stream keeps records for 24 hours, and these are gone; their keys are unknown"
PARTLY_GONE = "the stream keeps records for 24 hours, and the first of these are gone; their keys are unknown"


def test_a_message_goes_when_its_records_are_delivered(site: Site, dead_letter: Write) -> None:
    """
    The function gets the records of the range with their own eventIDs, rendered as by the pipe, and only those.
    """
    site.hold(range(1, 8))
    site.queue.put(dead_letter(2, 5))

    assert site.outcomes() == ["m1  orders shardId-1 2..5  redriven  4 records delivered"]
    assert site.function.calls == [["e2", "e3"], ["e4", "e5"]]
    assert json.loads(site.function.payloads[0])[0]["Records"][0]["eventSourceARN"].endswith("2026-01-01T00:00:00.000")
    assert site.queue.calls == ["renew m1", "renew m1", "delete m1"]
    assert site.queue.bodies == {}


def test_batches_are_as_large_as_the_pipes(site: Site, dead_letter: Write) -> None:
    """
    A range with more records than a batch is sent in several.
    """
    site.stream.page = 100
    site.hold(range(1, 6))
    site.queue.put(dead_letter(1, 5))

    site.outcomes(BatchSize=2)

    assert site.function.calls == [["e1", "e2"], ["e3", "e4"], ["e5"]]


def test_what_the_filter_refuses_is_not_sent(site: Site, dead_letter: Write) -> None:
    """
    Records of other kinds lie within the range of a message.
    """
    site.hold([1])
    site.hold([2], status="DRAFT")
    site.hold([3])
    site.queue.put(dead_letter(1, 3, batch_size=2))

    (outcome,) = site.redriver().run()

    assert (outcome.delivered, outcome.filtered, site.function.calls) == (2, 1, [["e1"], ["e3"]])


def test_a_poison_record_keeps_its_message_and_no_other_record(site: Site, dead_letter: Write) -> None:
    """
    The batch is halved as by the pipe: everything but the poison record is delivered, and the message stays.
    """
    site.stream.page = 10
    site.hold(range(1, 5))
    site.function.fails = {"e2"}
    site.queue.put(dead_letter(1, 4))

    assert site.outcomes() == [
        "m1  orders shardId-1 1..4  failed  3 records delivered, 1 failed again: function error: KeyError: release"
    ]
    assert site.function.calls == [["e1", "e2", "e3", "e4"], ["e1", "e2"], ["e1"], ["e2"], ["e3", "e4"]]
    assert site.queue.calls[-1] == "release m1"
    assert list(site.queue.bodies) == ["m1"]


def test_without_bisect_a_failed_batch_stays_whole(site: Site, dead_letter: Write) -> None:
    """
    A pipe that does not halve its batches does not here.
    """
    site.stream.page = 10
    site.hold(range(1, 5))
    site.function.fails = {"e2"}
    site.queue.put(dead_letter(1, 4))

    (outcome,) = site.redriver(bisect=False).run()

    assert (outcome.delivered, outcome.failed, len(site.function.calls)) == (0, 4, 1)


def test_a_partial_answer_is_respected(site: Site, dead_letter: Write) -> None:
    """
    What comes before the reported record is delivered and not sent again, what comes after it has its own chance.
    """
    site.stream.page = 10
    site.hold(range(1, 5))
    site.function.reports = {"e2"}
    site.queue.put(dead_letter(1, 4))

    (outcome,) = site.redriver().run()

    assert (outcome.delivered, outcome.failed) == (3, 1)
    assert outcome.reason == "the function reported 1 failed: 'e2'"
    assert [call for call in site.function.calls if "e1" in call] == [["e1", "e2", "e3", "e4"]]


def test_a_second_run_takes_up_what_failed(site: Site, dead_letter: Write) -> None:
    """
    Once the function is mended the same message goes; records that were delivered come again with the same eventIDs.
    """
    site.hold(range(1, 3))
    site.function.fails = {"e2"}
    site.queue.put(dead_letter(1, 2))
    site.outcomes()
    site.function.fails = set()

    assert site.outcomes() == ["m1  orders shardId-1 1..2  redriven  2 records delivered"]
    assert site.queue.bodies == {}


def test_expired_records_are_reported_and_kept(site: Site, dead_letter: Write) -> None:
    """
    Nothing is invoked for what the stream has forgotten, and its message is the last trace of it.
    """
    site.hold(range(50, 52))
    site.queue.put(dead_letter(1, 2))

    assert site.outcomes() == [f"m1  orders shardId-1 1..2  expired  {GONE}"]
    assert (site.function.calls, list(site.queue.bodies)) == ([], ["m1"])


def test_what_is_left_of_a_range_is_delivered_before_it_expires_too(site: Site, dead_letter: Write) -> None:
    """
    The stream has forgotten the beginning of the range: the rest is saved, and the message stays.
    """
    site.hold(range(3, 6))
    site.queue.put(dead_letter(1, 4))

    assert site.outcomes() == [f"m1  orders shardId-1 1..4  expired  2 records delivered: {PARTLY_GONE}"]
    assert site.function.calls == [["e3", "e4"]]


def test_a_stream_that_is_gone_is_an_expiry(site: Site, dead_letter: Write) -> None:
    """
    A table that was replaced, or a shard that was forgotten, holds nothing any more.
    """
    site.stream.gone = "ResourceNotFoundException"
    site.queue.put(dead_letter(1, 2))

    assert site.outcomes() == [
        "m1  orders shardId-1 1..2  expired  the stream or its shard is gone, and the records with it; "
        "their keys are unknown"
    ]


@pytest.mark.parametrize("closed", [True, False])
def test_a_range_without_its_end_is_kept(site: Site, dead_letter: Write, *, closed: bool) -> None:
    """
    A sequence number that the shard does not have ends the search, in a closed shard and in one without news.
    """
    site.stream.closed = closed
    site.hold(range(1, 3))
    site.queue.put(dead_letter(1, 9))

    (outcome,) = site.redriver().run()

    assert (outcome.fate.value, outcome.delivered) == ("expired", 2)
    assert outcome.reason == "the stream holds no record with the last sequence number of the message"


def test_a_stream_that_may_not_be_read_keeps_its_messages_alone(site: Site, dead_letter: Write) -> None:
    """
    The function may read one stream: a message from the table's former stream does not keep the others back.
    """
    site.stream.denied = {"1"}
    site.hold(range(1, 4))
    site.queue.put(dead_letter(1, 2), dead_letter(3, 3))

    assert site.outcomes() == [
        "m1  orders shardId-1 1..2  kept  its stream may not be read: An error occurred (AccessDeniedException) "
        "when calling the GetShardIterator operation: refused",
        "m2  orders shardId-1 3  redriven  1 record delivered",
    ]


def test_an_iterator_that_expires_is_renewed(site: Site, dead_letter: Write) -> None:
    """
    A slow function outlives an iterator: reading goes on behind the last record, and none comes twice.
    """

    class SlowFunction(type(site.function)):  # type: ignore[misc]  # the fixture's class, as a base
        def invoke(self, **arguments: Any) -> dict[str, Any]:
            site.stream.expires_once = len(self.calls) == 0
            answer: dict[str, Any] = super().invoke(**arguments)
            return answer

    site.function = SlowFunction()
    site.hold(range(1, 5))
    site.queue.put(dead_letter(1, 4))

    site.outcomes()

    assert site.function.calls == [["e1", "e2"], ["e3", "e4"]]
    assert site.stream.asked == [("AT_SEQUENCE_NUMBER", "1"), ("AFTER_SEQUENCE_NUMBER", "2")]


def test_other_messages_are_kept_and_named(site: Site, dead_letter: Write) -> None:
    """
    A queue may be shared: messages of other pipes and of nobody stay, and do not end the run.
    """
    site.hold(range(1, 3))
    other = "arn:aws:pipes:eu-west-1:111122223333:pipe/invoices"
    site.queue.put("hello", dead_letter(1, 2, pipe=other), dead_letter(1, 2))

    assert site.outcomes() == [
        "m1  kept  [RD001] body: must be a JSON object, got 'hello'; keep other messages out of the queue",
        "m2  invoices shardId-1 1..2  kept  it was left by the pipe 'invoices'",
        "m3  orders shardId-1 1..2  redriven  2 records delivered",
    ]
    assert site.queue.hidden == {"m1": 0, "m2": 0, "m3": 960}


def test_a_filter_that_was_narrowed_keeps_the_message(site: Site, dead_letter: Write) -> None:
    """
    Where nothing would be sent nothing is deleted.
    """
    site.hold([1], status="DRAFT")
    site.queue.put(dead_letter(1, 1))

    assert site.outcomes() == ["m1  orders shardId-1 1  kept  the pipe's filters refuse every record of it now"]


def test_a_dry_run_changes_nothing(site: Site, dead_letter: Write) -> None:
    """
    It says what would be delivered; nothing is invoked or deleted, and the messages are free again.
    """
    site.hold(range(1, 4))
    site.queue.put(dead_letter(1, 2), dead_letter(3, 3))

    assert site.outcomes(dry_run=True) == [
        "m1  orders shardId-1 1..2  would redrive  2 records to deliver",
        "m2  orders shardId-1 3  would redrive  1 record to deliver",
    ]
    assert (site.function.calls, site.queue.hidden) == ([], {"m1": 0, "m2": 0})


def test_a_throttled_function_ends_the_run(site: Site, dead_letter: Write) -> None:
    """
    Going on would only throttle the live pipe: the run ends, and every message is free again.
    """
    site.hold(range(1, 4))
    site.function.refuses = "TooManyRequestsException"
    site.queue.put(dead_letter(1, 2), dead_letter(3, 3))
    outcomes: list[Outcome] = []

    with pytest.raises(RedriveError) as caught:
        outcomes.extend(site.redriver().run())

    assert [outcome.fate.value for outcome in outcomes] == ["failed"]
    assert str(caught.value) == (
        "the redrive of orders ended: throttled: An error occurred (TooManyRequestsException) when calling the Invoke "
        "operation: refused; run it again later"
    )
    assert site.queue.hidden == {"m1": 0}


def test_a_refused_request_ends_the_run(site: Site, dead_letter: Write) -> None:
    """
    What AWS refuses is said, and the message is free again.
    """
    site.stream.gone = "ValidationException"
    site.queue.put(dead_letter(1, 2))

    with pytest.raises(RedriveError) as caught:
        list(site.redriver().run())

    assert str(caught.value) == (
        "the redrive of orders ended: An error occurred (ValidationException) when calling the GetShardIterator "
        "operation: refused"
    )
    assert site.queue.hidden == {"m1": 0}


def test_a_run_ends_after_so_many_messages(site: Site, dead_letter: Write) -> None:
    """
    The others are not even looked at.
    """
    site.hold(range(1, 4))
    site.queue.put(dead_letter(1, 1), dead_letter(2, 2))

    assert [outcome.message_id for outcome in site.redriver().run(most=1)] == ["m1"]
    assert (list(site.queue.hidden), list(site.queue.bodies)) == (["m1"], ["m2"])


def test_a_kept_message_that_comes_again_is_kept_once(site: Site, dead_letter: Write) -> None:
    """
    A run that outlives a lease gets its kept messages again: it holds them anew, and goes on with the others.
    """
    site.hold(range(1, 3))
    site.queue.put("hello", dead_letter(1, 2))
    run = site.redriver().run()
    first = next(run)
    site.queue.hidden["m1"] = 0  # the lease is over

    assert [first.message_id, *(outcome.message_id for outcome in run)] == ["m1", "m2"]
    assert (list(site.queue.bodies), site.queue.hidden["m1"]) == (["m1"], 0)


def test_a_run_that_is_left_frees_what_it_held(site: Site, dead_letter: Write) -> None:
    """
    Ctrl-C between two messages leaves nothing hidden.
    """
    site.queue.put(dead_letter(1, 1), dead_letter(2, 2))
    run = site.redriver().run()
    next(run)

    run.close()  # type: ignore[attr-defined]  # it is a generator

    assert site.queue.hidden == {"m1": 0}


def test_a_pipe_that_cannot_be_redriven_is_refused(site: Site) -> None:
    """
    Every fault is named: an enrichment, and a target that is no function.
    """
    spec = replace(site.redriver()._pipe, enrichment="arn:of:it")

    with pytest.raises(ConfigurationError) as caught:
        Redriver(spec, pipe_name="orders", queue="q", target_arn="orders", clients={"": None}.__getitem__)

    assert [str(fault) for fault in caught.value.violations] == [
        "[RD003] Orders: has an enrichment, and its ARN is not given; pass it as the enrichment",
        "[RD004] target: must be a function, a state machine, a queue, a standard topic or an event bus, got 'orders'; "
        "pass the ARN of the pipe's target",
    ]
