"""
The enrichment stage: what is asked for, what its answer means, and how it fails.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.delivery import Condition, Element, Enrich, Invoke, InvokeResult, InvokeStatus
from pipes_trigger.limits import ENRICHMENT_ANSWER_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

NULL = "enrichment failed: the answer is null, and no document says what that means; answer [] to send nothing on"
ENDED = "enrichment ended with function error: boom"


def answering(answer: Callable[[str], Any]) -> Callable[[str], InvokeResult]:
    """
    Make an enrichment that answers what a function of the batch gives.
    """
    return lambda letters: InvokeResult(InvokeStatus.ANSWERED, answer=json.dumps(answer(letters)))


def same(letters: str) -> list[dict[str, str]]:
    """
    Answer an event for each record.
    """
    return [{"id": letter} for letter in letters]


@pytest.fixture
def enriched(pipe: Any, world: Any, failing_for: Any) -> Callable[..., Any]:
    """
    Make worlds whose pipe has an enrichment, and whose target takes everything.
    """

    def make(enrich: Callable[[str], InvokeResult], target: Any = None, **settings: Any) -> Any:
        chosen = pipe(**{"enrichment": "arn:enrichment", "batch_size": 4, **settings})
        return world(chosen, target or failing_for("", partial=False), enrich=enrich)

    return make


def test_the_target_gets_what_the_enrichment_answered(enriched: Any) -> None:
    """
    The enrichment gets the batch, the target the events of the answer, rendered one by one.
    """
    world = enriched(answering(lambda letters: same(letters.upper())))
    world.offer("abcd")
    world.run()

    assert (world.enriched, world.invoked) == (["abcd"], ["abcd"])
    assert world.payloads == [[{"enriched": letter, "at": None} for letter in "ABCD"]]
    assert (world.delivered, world.attempts) == (["abcd"], [1])


@pytest.mark.parametrize("events", [["x"], ["x", "y", "z", "z", "z"]])
def test_an_answer_may_be_shorter_or_longer(enriched: Any, events: list[str]) -> None:
    """
    The records are done with when the target took what there is.
    """
    world = enriched(answering(lambda _letters: same("".join(events))))
    world.offer("ab")
    world.run()

    assert [element["enriched"] for element in world.payloads[0]] == events
    assert world.delivered == ["ab"]


def test_an_answer_that_is_no_list_is_one_event(enriched: Any) -> None:
    """
    The target gets a list all the same.
    """
    world = enriched(answering(lambda letters: {"id": letters}))
    world.offer("ab")
    world.run()

    assert [element["enriched"] for element in world.payloads[0]] == ["ab"]


@pytest.mark.parametrize("answer", ['""', "{}", "[]", "", " "])
def test_an_empty_answer_skips_the_target(enriched: Any, answer: str) -> None:
    """
    The records are done with, in their order, and the target is not invoked.
    """
    world = enriched(lambda _letters: InvokeResult(InvokeStatus.ANSWERED, answer=answer), batch_size=2)
    world.offer("abc")
    world.run()

    assert (world.skipped, world.delivered, world.invoked) == (["ab", "c"], [], [])
    assert world.delivery.decided == f"{ord('c'):021d}"


def test_an_empty_event_reaches_the_target() -> None:
    """
    A list with an empty object is a way to invoke the target with an empty payload; the default template passes it on.
    """
    from pipes_trigger.spec import PipeSpec

    pipe = PipeSpec(logical_id="P", name="p", source="s", target="t", enrichment="e")
    assert pipe.simulate([{"eventID": "1"}], enrich=lambda _batch: [{}]) == ([{}],)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="boom"), ENDED),
        (InvokeResult(InvokeStatus.TIMED_OUT), "enrichment ended with timed out"),
        (InvokeResult(InvokeStatus.ANSWERED, answer="null"), NULL),
        (InvokeResult(InvokeStatus.ANSWERED, answer="{"), "enrichment answered what is no JSON"),
        (
            InvokeResult(InvokeStatus.ANSWERED, answer="x" * (ENRICHMENT_ANSWER_BYTES + 1)),
            "enrichment answered more than 6291456 bytes",
        ),
        (
            InvokeResult(InvokeStatus.ANSWERED, answer='[{"id": "a"}, {}]'),
            "enrichment answered what the input template cannot be rendered for, in [1]: "
            "[IT999] $.id: is not there; add it",
        ),
    ],
)
def test_an_enrichment_fails_for_its_whole_batch(enriched: Any, result: InvokeResult, reason: str) -> None:
    """
    It is retried like a batch that failed at the target, and given up at last; the target never sees it.
    """
    world = enriched(lambda _letters: result)
    world.offer("ab")
    world.run()

    assert (world.enriched, world.invoked) == (["ab", "ab"], [])
    assert [(failed.reason, failed.next_step) for failed in world.failed] == [
        (reason, "retry 1 of 1"),
        (reason, "given up after 1 retry"),
    ]
    assert world.dead == [("ab", Condition.RETRY_ATTEMPTS_EXHAUSTED)]
    assert world.dead_letters[0].reason == reason


@pytest.mark.parametrize("status", [InvokeStatus.THROTTLED, InvokeStatus.UNREACHABLE])
def test_an_enrichment_out_of_reach_uses_up_no_retry(enriched: Any, status: InvokeStatus) -> None:
    """
    As a target out of reach does not.
    """
    results = [InvokeResult(status)] * 5
    world = enriched(lambda letters: results.pop() if results else answering(same)(letters), maximum_retry_attempts=0)
    world.offer("ab")
    world.run()

    assert (world.enriched, world.delivered) == (["ab"] * 6, ["ab"])
    assert world.attempts == [6]


def test_a_record_that_fails_in_the_enrichment_is_isolated(enriched: Any) -> None:
    """
    With bisect a failed batch is halved, whichever stage it failed in.
    """

    def enrich(letters: str) -> InvokeResult:
        if "b" in letters:
            return InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="boom")
        return answering(same)(letters)

    world = enriched(enrich, bisect=True)
    world.offer("abcd")
    world.run()

    assert world.enriched == ["abcd", "ab", "a", "b", "b", "cd"]
    assert (world.delivered, [letters for letters, _ in world.dead]) == (["a", "cd"], ["b"])


def test_what_is_sent_again_is_enriched_again(enriched: Any, failing_for: Any) -> None:
    """
    A partial answer of the target names records by the eventIDs that the enrichment kept; the rest goes the whole way.
    """
    world = enriched(answering(same), failing_for("c", partial=True))
    world.offer("abcd")
    world.run()

    assert (world.enriched, world.invoked) == (["abcd", "cd"], ["abcd", "cd"])
    assert (world.delivered, [letters for letters, _ in world.dead]) == (["ab"], ["cd"])


def test_retries_are_shared_by_both_stages(enriched: Any, failing_for: Any) -> None:
    """
    An attempt is one way through the pipe, wherever it ends.
    """
    results = [InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="boom")]
    enrich = lambda letters: results.pop() if results else answering(same)(letters)  # noqa: E731 - one line is enough
    world = enriched(enrich, failing_for("a", partial=False), maximum_retry_attempts=2)
    world.offer("a")
    world.run()

    assert [failed.next_step for failed in world.failed] == ["retry 1 of 2", "retry 2 of 2", "given up after 2 retries"]
    assert (world.enriched, world.invoked, world.attempts) == (["a"] * 3, ["a"] * 2, [2, 3])


def test_the_enrichments_template_may_not_fit(enriched: Any) -> None:
    """
    Such a record is given up untried, and says which template it was.
    """
    world = enriched(answering(same), unrenderable=frozenset("a"))
    world.offer("ab")
    world.run()

    assert (world.enriched, [letters for letters, _ in world.dead]) == (["b"], ["a"])
    assert world.dead_letters[0].reason.startswith("the enrichment's input template cannot be rendered: [IT999]")


def test_one_thing_is_in_flight(enriched: Any) -> None:
    """
    The target's turn comes when the enrichment has answered, and a result needs something to be the result of.
    """
    world = enriched(answering(same))
    world.offer("ab")
    delivery = world.delivery
    with pytest.raises(RuntimeError, match=r"enriched\(\) without an Enrich in flight"):
        delivery.enriched(answering(same)("ab"), world.now)

    asked = delivery.next(world.now)
    assert isinstance(asked, Enrich)
    assert (asked.attempt, delivery.next(world.now), delivery.elements) == (1, None, 0)
    with pytest.raises(RuntimeError, match=r"answered\(\) without an Invoke in flight"):
        delivery.answered(answering(same)("ab"), world.now)

    assert delivery.enriched(answering(same)("abc"), world.now) == ()
    assert (delivery.pending, delivery.elements) == (2, 3)
    invoked = delivery.next(world.now)
    assert isinstance(invoked, Invoke)
    assert [element.event for element in invoked.elements] == same("abc")


def test_without_an_enrichment_elements_are_the_records(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    A target that takes no list gets them one by one.
    """
    made = world(pipe(), failing_for("", partial=False))
    made.offer("a")
    asked = made.delivery.next(made.now)

    assert isinstance(asked, Invoke)
    assert asked.elements == (Element(asked.batch.records[0], asked.batch.entries[0].text),)
    assert asked.elements[0].event_id == "a"


def test_the_answer_is_rendered_with_the_time_of_its_first_record(pipe: Any, record: Any) -> None:
    """
    The ingestion time of an event that an enrichment made up is that of the batch.
    """
    from pipes_trigger.delivery import ShardAddress, ShardDelivery
    from pipes_trigger.templates import PipeContext

    address = ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0")
    delivery = ShardDelivery(pipe(enrichment="arn", batching_window=60), address, context=PipeContext())
    delivery.offer([record("a", None)], now=0)
    delivery.offer([record("b", None)], now=30)
    asked = delivery.next(now=60)
    assert isinstance(asked, Enrich)
    assert [element["at"] for element in json.loads(asked.payload)] == ["1970-01-01T00:00:00Z", "1970-01-01T00:00:30Z"]

    delivery.enriched(answering(same)("ab"), now=61)
    invoked = delivery.next(now=61)
    assert isinstance(invoked, Invoke)
    assert {element["at"] for element in json.loads(invoked.payload)} == {"1970-01-01T00:00:00Z"}


def test_a_batch_ends_before_what_its_first_stop_takes(pipe: Any, record: Any) -> None:
    """
    A state machine takes less than a function.
    """
    from pipes_trigger.delivery import ShardAddress, ShardDelivery

    address = ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0")
    delivery = ShardDelivery(pipe(padding=1000), address, payload_bytes=2500)
    delivery.offer([record(letter) for letter in "abcd"], now=0)
    asked = delivery.next(now=0)

    assert isinstance(asked, Invoke)
    assert len(asked.batch) == 2
