"""
Doing what a shard's delivery asks for, and telling what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipes_trigger.delivery import DeadLetter, Delivered, Enrich, Failed, Invoke
from pipes_trigger.errors import LocalRunError
from pipes_trigger.local.events import (
    BatchFailed,
    BatchInvoked,
    BatchSucceeded,
    DeadLetterFailed,
    EnrichmentAnswered,
    EnrichmentInvoked,
    RecordDeadLettered,
    RecordDelivered,
    RecordDiscarded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from pipes_trigger.delivery import Record, ShardDelivery
    from pipes_trigger.local.deadletter import DeadLetterTarget
    from pipes_trigger.local.destinations import Enrichment
    from pipes_trigger.local.metrics import Metrics
    from pipes_trigger.local.reporter import Reporter
    from pipes_trigger.local.targets import Target


class Carrier:
    """
    Invokes enrichment and target, sends dead letters, and keeps what was decided before anything else is sent.

    Args:
        name: The pipe's name, for the events.
        target: Where batches go.
        dead_letter: The dead-letter target, or None.
        enrichment: What answers batches on their way to the target, or None.
        reporter: Told what happens.
        metrics: Count what happens.
        clock: Gives the seconds since 1970.
        keep: Called whenever records were decided; returns when that cannot be forgotten any more.
    """

    def __init__(
        self,
        *,
        name: str,
        target: Target,
        dead_letter: DeadLetterTarget | None,
        enrichment: Enrichment | None = None,
        reporter: Reporter,
        metrics: Metrics,
        clock: Callable[[], float],
        keep: Callable[[], None],
    ) -> None:
        self._name = name
        self._target = target
        self._dead_letter = dead_letter
        self._enrichment = enrichment
        self._reporter = reporter
        self._metrics = metrics
        self._clock = clock
        self._keep = keep

    def carry(
        self, lane: ShardDelivery, action: Enrich | Invoke | DeadLetter, lock: AbstractContextManager[object]
    ) -> None:
        """
        Do what a lane asks for, and report to it.

        Args:
            lane: Who asks.
            action: What it asks for.
            lock: Held while the lane is told; never while anything is sent.
        """
        if isinstance(action, Enrich):
            self._enrich(lane, action, lock)
        elif isinstance(action, Invoke):
            self._invoke(lane, action, lock)
        else:
            self._discard(lane, action, lock)

    def _enrich(self, lane: ShardDelivery, action: Enrich, lock: AbstractContextManager[object]) -> None:
        if self._enrichment is None:
            raise LocalRunError(f"the pipe {self._name} has an enrichment, and none was given to run it with")
        began = self._clock()
        records = action.batch.records
        self._reporter.tell(
            EnrichmentInvoked(
                pipe=self._name, time=began, records=records, attempt=action.attempt, payload=action.payload
            )
        )
        self._metrics.began(events=len(records), attempt=action.attempt)
        result = self._enrichment.invoke(action.payload)
        now = self._clock()
        with lock:
            notes = lane.enriched(result, now)
            elements = lane.elements
        self._metrics.enriched(result, notes, seconds=now - began)
        if not any(isinstance(note, Failed) for note in notes):
            answered = EnrichmentAnswered(
                pipe=self._name, time=now, records=records, elements=elements, seconds=now - began
            )
            self._reporter.tell(answered)
        self._tell(notes, now, now - began)

    def _invoke(self, lane: ShardDelivery, action: Invoke, lock: AbstractContextManager[object]) -> None:
        began = self._clock()
        records = action.batch.records
        self._reporter.tell(
            BatchInvoked(pipe=self._name, time=began, records=records, attempt=action.attempt, payload=action.payload)
        )
        if action.enriched is None:  # the execution began with the enrichment
            self._metrics.began(events=len(records), attempt=action.attempt)
        result = self._target.take(action)
        now = self._clock()
        with lock:
            notes = lane.answered(result, now)
        self._metrics.ended(result, notes, seconds=now - began)
        self._tell(notes, now, now - began)

    def _discard(self, lane: ShardDelivery, action: DeadLetter, lock: AbstractContextManager[object]) -> None:
        error = None if self._dead_letter is None else self._dead_letter.send(action.message)
        now = self._clock()
        with lock:
            lane.discarded(error, now)
        if self._dead_letter is not None and error is not None:
            destination = self._dead_letter.arn
            records = action.batch.records
            self._reporter.tell(
                DeadLetterFailed(pipe=self._name, time=now, records=records, reason=error, destination=destination)
            )
            return
        self._keep()
        for record in action.batch.records:
            self._tell_given_up(record, action, now)

    def _tell(self, notes: Sequence[Delivered | Failed], now: float, seconds: float) -> None:
        if any(isinstance(note, Delivered) for note in notes):
            self._keep()
        for note in notes:
            if isinstance(note, Delivered):
                self._tell_delivered(note, now, seconds)
            else:
                self._tell_failed(note, now, seconds)

    def _tell_delivered(self, note: Delivered, now: float, seconds: float) -> None:
        records = note.batch.records
        if not note.skipped:
            self._reporter.tell(BatchSucceeded(pipe=self._name, time=now, records=records, seconds=seconds))
        self._reporter.tell(
            *[RecordDelivered(pipe=self._name, time=now, record=record, skipped=note.skipped) for record in records]
        )

    def _tell_failed(self, note: Failed, now: float, seconds: float) -> None:
        self._reporter.tell(
            BatchFailed(
                pipe=self._name,
                time=now,
                records=note.batch.records,
                reason=note.reason,
                next_step=note.next_step,
                retry_at=note.retry_at,
                seconds=seconds,
            )
        )

    def _tell_given_up(self, record: Record, action: DeadLetter, now: float) -> None:
        condition, reason = action.condition.value, action.reason
        if self._dead_letter is None:
            event = RecordDiscarded(pipe=self._name, time=now, record=record, condition=condition, reason=reason)
            self._reporter.tell(event)
            return
        self._reporter.tell(
            RecordDeadLettered(
                pipe=self._name,
                time=now,
                record=record,
                condition=condition,
                reason=reason,
                destination=self._dead_letter.arn,
            )
        )
