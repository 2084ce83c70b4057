"""
Bringing back what pipes without a function, or with an enrichment, gave up.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.redrive.redriver import Redriver
from pipes_trigger.spec import TargetParameters
from pipes_trigger.templates import InputTemplate
from tests.unit.redrive.conftest import PLACE, pipe_spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.spec import PipeSpec
    from tests.unit.redrive.conftest import Site

    Write = Callable[..., dict[str, Any]]

TOPIC = f"arn:aws:sns:{PLACE}:orders"
ENRICHMENT = f"arn:aws:lambda:{PLACE}:function:enrichment"
IDS = InputTemplate('{"id": <$.eventID>}')


class Topic:
    """
    A topic that refuses messages which hold one of these ids.
    """

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.took: list[str] = []

    def publish_batch(self, *, PublishBatchRequestEntries: list[dict[str, str]], **_request: str) -> Any:  # noqa: N803 - boto3's name
        """
        Take messages, but for those refused.
        """
        failed = []
        for entry in PublishBatchRequestEntries:
            name = json.loads(entry["Message"])["id"]
            if name in self.refused:
                failed.append({"Id": entry["Id"], "Code": "Bad", "Message": "no"})
            else:
                self.took.append(name)
        return {"Failed": failed}


class Enrichment:
    """
    A function that answers what it is told to.
    """

    def __init__(self, answer: Callable[[list[Any]], Any]) -> None:
        self.answer = answer
        self.calls = 0

    def invoke(self, *, Payload: bytes, **_request: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        """
        Answer.
        """
        self.calls += 1
        return {"Payload": io.BytesIO(json.dumps(self.answer(json.loads(Payload))).encode())}


def redriver(
    site: Site,
    topic: Topic,
    enrichment: Enrichment | None = None,
    spec: PipeSpec | None = None,
    *,
    dry_run: bool = False,
) -> Redriver:
    """
    Give a redriver of a pipe that delivers to the topic.
    """
    enriched: dict[str, Any] = {} if enrichment is None else {"enrichment": ENRICHMENT, "enrichment_template": IDS}
    clients = {"sqs": site.queue, "dynamodbstreams": site.stream, "sns": topic, "lambda": enrichment}
    return Redriver(
        spec or replace(pipe_spec(), input_template=InputTemplate('{"id": <$.id>}') if enrichment else IDS, **enriched),
        pipe_name="orders",
        queue="https://queue",
        target_arn=TOPIC,
        enrichment_arn=None if enrichment is None else ENRICHMENT,
        clients=clients.__getitem__,
        dry_run=dry_run,
    )


@pytest.fixture
def given_up(site: Site, dead_letter: Write) -> Site:
    """
    Put a dead letter of four records into the queue.
    """
    site.stream.page = 10
    site.hold(range(1, 5))
    site.queue.put(dead_letter(1, 4))
    return site


def test_messages_come_back_to_a_topic(given_up: Site) -> None:
    """
    Each record is a message once more, and the dead letter goes.
    """
    topic = Topic()
    (outcome,) = redriver(given_up, topic).run()

    assert str(outcome) == "m1  orders shardId-1 1..4  redriven  4 records delivered"
    assert topic.took == ["e1", "e2", "e3", "e4"]
    assert given_up.queue.bodies == {}


def test_a_message_that_is_refused_again_stays(given_up: Site) -> None:
    """
    What comes before it is delivered once, and what comes after it has its own chance.
    """
    topic = Topic("e2")
    (outcome,) = redriver(given_up, topic).run()

    assert (outcome.delivered, outcome.failed) == (3, 1)
    assert outcome.reason == "1 of 1 messages were refused: Bad: no"
    assert list(given_up.queue.bodies) == ["m1"]


def test_records_are_enriched_once_more(given_up: Site) -> None:
    """
    They go the whole way, as they did the first time.
    """
    topic, enrichment = Topic(), Enrichment(lambda batch: batch[::-1])
    (outcome,) = redriver(given_up, topic, enrichment).run()

    assert (str(outcome.fate.value), outcome.delivered, enrichment.calls) == ("redriven", 4, 1)
    assert topic.took == ["e4", "e3", "e2", "e1"]
    assert given_up.queue.calls == ["renew m1", "renew m1", "delete m1"]


def test_an_enrichment_that_answers_nothing_is_done(given_up: Site) -> None:
    """
    It is the enrichment's to say that there is nothing to deliver.
    """
    topic = Topic()
    (outcome,) = redriver(given_up, topic, Enrichment(lambda _batch: [])).run()

    assert (outcome.fate.value, outcome.delivered, topic.took) == ("redriven", 4, [])


def test_an_enrichment_that_fails_again_keeps_the_message(given_up: Site) -> None:
    """
    With bisect it keeps no record but those that it fails for.
    """

    def enrich(batch: list[Any]) -> Any:
        return None if {"id": "e3"} in batch else batch

    topic = Topic()
    (outcome,) = redriver(given_up, topic, Enrichment(enrich)).run()

    assert (outcome.delivered, outcome.failed, topic.took) == (3, 1, ["e1", "e2", "e4"])
    assert outcome.reason.startswith("enrichment failed: the answer is null")


def test_a_dry_run_enriches_nothing(given_up: Site) -> None:
    """
    It says how many records would be sent.
    """
    topic, enrichment = Topic(), Enrichment(lambda batch: batch)
    (outcome,) = redriver(given_up, topic, enrichment, dry_run=True).run()

    assert (outcome.fate.value, outcome.delivered, enrichment.calls, topic.took) == ("would redrive", 4, 0, [])


def test_ends_that_do_not_fit_are_refused(given_up: Site) -> None:
    """
    An enrichment for a pipe without one, one that is none, and a parameter that only the deployment knows.
    """
    spec = replace(pipe_spec(), target_parameters=TargetParameters(source={"Ref": "Name"}))
    with pytest.raises(ConfigurationError) as caught:
        Redriver(
            spec,
            pipe_name="orders",
            queue="q",
            target_arn=TOPIC,
            enrichment_arn=TOPIC,
            clients={"sqs": given_up.queue}.__getitem__,
        )

    assert [str(fault) for fault in caught.value.violations] == [
        f"[RD003] Orders: has no enrichment, got '{TOPIC}'; leave the enrichment out",
        f"[RD009] enrichment: must be a function or an Express state machine, got '{TOPIC}'; "
        "pass the ARN of the pipe's enrichment",
        "[RD010] target_parameters.source: is known only at deploy time; write the value out",
    ]
