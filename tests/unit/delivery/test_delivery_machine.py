"""
Lanes, random failures and kills against a simple model.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipes_trigger.delivery import (
    Backoff,
    DeadLetter,
    Delivered,
    Enrich,
    Invoke,
    InvokeResult,
    InvokeStatus,
    Lanes,
    ShardAddress,
    ShardPosition,
    Wait,
    lane_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS = ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0")
ITEMS = "abcde"
DONE = InvokeResult(InvokeStatus.ANSWERED)
FAILURES = [status for status in InvokeStatus if status is not InvokeStatus.ANSWERED]
LANES = st.integers(0, 2)
# What an enrichment answers for some ids; what is no list of events, or null, fails the batch.
ANSWERS: dict[str, Callable[[list[object]], str]] = {
    "same": json.dumps,
    "fewer": lambda names: json.dumps(names[:1]),
    "more": lambda names: json.dumps(names * 2),
    "nothing": lambda _names: "[]",
    "null": lambda _names: "null",
    "garbage": lambda _names: "{",
}


@dataclass(frozen=True, kw_only=True)
class Pipe:
    """
    A pipe that lets every record through but those marked.
    """

    parallelization_factor: int
    batch_size: int
    maximum_retry_attempts: int
    bisect: bool
    batching_window: int = 0
    maximum_record_age: int = -1
    filters: tuple[Any, ...] = ()
    enrichment: str | None = None

    def passes(self, record: Any) -> bool:
        """
        Say whether the record is not marked.
        """
        return not record["refused"]

    def element_text(self, record: Any, pipe: Any = None) -> str:
        """
        Render the id; these pipes have no context.
        """
        assert pipe is None
        return json.dumps(record["eventID"])

    enrichment_text = element_text

    def enriched_text(self, event: Any, pipe: Any = None) -> str:
        """
        Render an event as it is.
        """
        assert pipe is None
        return json.dumps(event)


class Shard(RuleBasedStateMachine):
    """
    Records are written and read, lanes are stepped in any order with any outcome, the process is killed at any moment.

    What is decided is kept at once, as the runtime does; what is in flight is not.
    """

    @initialize(
        lanes=st.integers(1, 3),
        batch_size=st.integers(1, 4),
        retries=st.integers(0, 2),
        bisect=st.booleans(),
        enrichment=st.sampled_from([None, "arn"]),
    )
    def begin(self, *, lanes: int, batch_size: int, retries: int, bisect: bool, enrichment: str | None) -> None:
        """
        Start a pipe on an empty shard.
        """
        self.pipe = Pipe(
            parallelization_factor=lanes,
            batch_size=batch_size,
            maximum_retry_attempts=retries,
            bisect=bisect,
            enrichment=enrichment,
        )
        self.now = 0.0
        self.stream: list[dict[str, Any]] = []
        self.decided: set[str] = set()
        self.kept = ShardPosition()
        self.restart()

    @rule(items=st.text(ITEMS, min_size=1, max_size=6), refused=st.booleans())
    def write(self, items: str, *, refused: bool) -> None:
        """
        Change items; the first change may be one that the filter refuses.
        """
        for position, item in enumerate(items):
            number = str(len(self.stream) + 1)
            keys = {"SequenceNumber": number, "Keys": {"id": {"S": item}}}
            self.stream.append({"eventID": number, "dynamodb": keys, "refused": refused and not position})

    @rule(most=st.integers(1, 5))
    def read(self, most: int) -> None:
        """
        Read on, over what was decided before the last kill.
        """
        page = self.stream[self.read_to : self.read_to + most]
        self.read_to += len(page)
        told = self.lanes.offer([record for record in page if not self.start.is_decided(record)], self.now)
        assert all(note.record["refused"] for note in told)

    @rule(
        lane=LANES,
        failure=st.sampled_from([None, *FAILURES]),
        bad=st.sets(st.integers(0, 3)),
        answer=st.sampled_from(sorted(ANSWERS)),
    )
    def step(self, lane: int, failure: InvokeStatus | None, bad: set[int], answer: str) -> None:
        """
        Let a lane do the next thing: it fails altogether, or for some of its records, or for none.
        """
        chosen = self.lane(lane)
        action = chosen.next(self.now)
        if isinstance(action, Wait):
            self.now = action.until
        elif isinstance(action, DeadLetter):
            sent = failure is None
            chosen.discarded(None if sent else "no queue", self.now)
            if sent:
                self.decide(action.batch.event_ids)
        elif isinstance(action, Enrich):
            self.check_sent(lane, action)
            self.enrich(chosen, action, failure, answer)
        elif isinstance(action, Invoke):
            self.check_sent(lane, action)
            names = action.batch.event_ids
            report = [{"itemIdentifier": name} for place, name in enumerate(names) if place in bad]
            done = InvokeResult(InvokeStatus.ANSWERED, json.dumps({"batchItemFailures": report}))
            result = done if failure is None else InvokeResult(failure)
            self.count(names, counts=result.status.counts)
            self.note(chosen.answered(result, self.now))

    @rule(lane=LANES)
    def kill_in_flight(self, lane: int) -> None:
        """
        Kill the process when the function has run and nobody has seen its answer.
        """
        action = self.lane(lane).next(self.now)
        if isinstance(action, Enrich | Invoke):
            self.check_sent(lane, action)
        self.restart()

    @precondition(lambda self: self.read_to < len(self.stream))
    @rule()
    def kill_while_reading(self) -> None:
        """
        Kill the process with records unread, and maybe others read again already.
        """
        self.restart()

    @invariant()
    def nothing_undecided_is_kept_as_decided(self) -> None:
        """
        What is kept calls decided just what is: all of it, and nothing that was not sent or refused.
        """
        for record in getattr(self, "stream", []):
            if self.kept.is_decided(record):
                assert record["refused"] or record["eventID"] in self.decided

    def teardown(self) -> None:
        """
        At last everything works: every record that passes is decided.
        """
        if not hasattr(self, "stream"):
            return
        self.read(len(self.stream))
        for lane in self.lanes:
            while (action := lane.next(self.now)) is not None:
                if isinstance(action, Wait):
                    self.now = action.until
                elif isinstance(action, DeadLetter):
                    lane.discarded(None, self.now)
                    self.decide(action.batch.event_ids)
                elif isinstance(action, Enrich):
                    lane.enriched(InvokeResult(InvokeStatus.ANSWERED, "[1]"), self.now)
                else:
                    lane.answered(DONE, self.now)
                    self.decide(action.batch.event_ids)
        assert {record["eventID"] for record in self.stream if not record["refused"]} == self.decided
        assert self.lanes.pending == 0

    def restart(self) -> None:
        """
        Begin with what was kept.
        """
        self.start = self.kept
        self.lanes = Lanes(self.pipe, ADDRESS, Backoff(first=1, longest=4), start=self.start)
        self.read_to = int(self.start.after or 0)
        self.counted: dict[object, int] = {}

    def enrich(self, lane: Any, action: Enrich, failure: InvokeStatus | None, answer: str) -> None:
        """
        Let the enrichment answer, or fail; the target's turn is next, or never comes.
        """
        names = action.batch.event_ids
        said = InvokeResult(InvokeStatus.ANSWERED, ANSWERS[answer](list(names)))
        result = said if failure is None else InvokeResult(failure)
        notes = lane.enriched(result, self.now)
        assert bool(notes) is (failure is not None or answer in {"nothing", "null", "garbage"})
        if notes and not isinstance(notes[0], Delivered):
            self.count(names, counts=result.status.counts)
        self.note(notes)

    def count(self, names: Any, *, counts: bool) -> None:
        """
        Note that these were sent the whole way, or as far as they came.
        """
        for name in names:
            self.counted[name] = self.counted.get(name, 0) + counts

    def note(self, notes: Any) -> None:
        """
        Keep what was decided.
        """
        for note in notes:
            if isinstance(note, Delivered):
                self.decide(note.batch.event_ids)

    def lane(self, number: int) -> Any:
        """
        Give one of the lanes.
        """
        lanes = list(self.lanes)
        return lanes[number % len(lanes)]

    def check_sent(self, lane: int, action: Enrich | Invoke) -> None:
        """
        Expect the lane's first undecided records, in order, each sent no more often than it may be.
        """
        number = lane % self.pipe.parallelization_factor
        mine = [
            record["eventID"]
            for record in self.stream
            if lane_of(record, self.pipe.parallelization_factor) == number
            and not record["refused"]
            and record["eventID"] not in self.decided
        ]
        names = list(action.batch.event_ids)
        assert mine[: len(names)] == names
        assert len(names) <= self.pipe.batch_size
        # Splitting uses up no retry, and a batch of n can be split n - 1 times.
        most = self.pipe.maximum_retry_attempts + (self.pipe.batch_size - 1 if self.pipe.bisect else 0)
        assert all(self.counted.get(name, 0) <= most for name in names)

    def decide(self, names: Any) -> None:
        """
        Note what is decided, for the first time, and keep how far the shard is.
        """
        assert not self.decided & set(names)
        self.decided |= set(names)
        self.kept = self.lanes.position


TestShard = Shard.TestCase
TestShard.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
