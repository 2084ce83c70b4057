"""
What a pipe does with the records of one shard, as a state machine without I/O, clock or threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from pipes_trigger.delivery.actions import DeadLetter, Delivered, Enrich, Failed, Filtered, Invoke, Wait
from pipes_trigger.delivery.answers import Verdict, judge
from pipes_trigger.delivery.batcher import Batcher
from pipes_trigger.delivery.batches import sequence_number
from pipes_trigger.delivery.deadletters import dead_letter_message, timestamp
from pipes_trigger.delivery.enrichment import payload_of, read_answer
from pipes_trigger.delivery.policy import Backoff
from pipes_trigger.delivery.positions import place
from pipes_trigger.delivery.retries import expires_at, follow_up, maximum_age, part_by_age
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES
from pipes_trigger.quick_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.delivery.batches import Batch, Record
    from pipes_trigger.delivery.deadletters import ShardAddress
    from pipes_trigger.delivery.results import InvokeResult
    from pipes_trigger.delivery.settings import PipeSettings
    from pipes_trigger.templates import PipeContext

_DEFAULT_BACKOFF: Final = Backoff()
_Asked = TypeVar("_Asked", Enrich, Invoke, DeadLetter)


class ShardDelivery:
    """
    One shard's records on their way to the target: filtered, batched, enriched, sent, retried, given up.

    Records, results and the time go in; what to do comes out. Offer what was read, then ask `next` what to do, do it,
    report it, and ask again. At most one batch is in flight, and no record is sent while an earlier one is undecided,
    so the order within the shard holds, and what is decided is always the beginning of what was offered. A
    parallelization factor is several of these side by side: `Lanes`.

    How it fails, and who says so:

    - A failed batch is sent again after a growing wait, at most `maximum_retry_attempts` times (documented).
    - An unreachable target uses up no retry (documented), nor does throttling (told for Lambda's event source mappings,
      not for Pipes [?]).
    - With `bisect` a failed batch is halved and each half retried, the first one first, until one record is left
      (documented). A partial answer cuts it before the first failed record instead, and splitting uses up no retry
      (both told for event source mappings, not for Pipes [?]).
    - Without `bisect` the records from the first failed one on are retried together and share their retries [?].
    - A record that reaches `maximum_record_age`, or the 24 hours of the stream, is given up, also between retries.
    - A batch ends before the record that would take it past the target's 6 MB (told for event source mappings [?]).
    - A record that the input template cannot be rendered for is given up untried: what Pipes does with it is
      documented nowhere [?].
    - An enrichment fails for its whole batch, which counts as a batch that failed at the target; whatever is sent again
      is enriched again (both documented). Where it answers nothing, its records are done with (documented).

    Args:
        pipe: The pipe's settings.
        address: The pipe, stream and shard, as the dead-letter message names them.
        backoff: How long to wait after failures.
        context: What the template's reserved variables stand for, the ingestion time aside: that is when a record is
            offered, which is when it is rendered. None for what the pipe's template says.
        decided: The sequence number up to which everything was decided before.
        payload_bytes: The most that the pipe's first stop takes at once, the enrichment or the target.

    Example:
        >>> from pipes_trigger.delivery import InvokeResult, InvokeStatus, ShardAddress
        >>> class EveryRecordAlone:
        ...     filters, batch_size, batching_window, parallelization_factor = (), 1, 0, 1
        ...     maximum_retry_attempts, maximum_record_age, bisect, enrichment = 0, -1, False, None
        ...     def passes(self, record): return True
        ...     def element_text(self, record, pipe): return str(record["eventID"])
        >>> delivery = ShardDelivery(EveryRecordAlone(), ShardAddress(pipe_arn="p", stream_arn="s", shard_id="0"))
        >>> delivery.offer([{"eventID": 1}, {"eventID": 2}], now=0)
        ()
        >>> delivery.next(now=0).payload
        '[1]'
        >>> delivery.answered(InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="KeyError"), now=0)[0].reason
        'function error: KeyError'
        >>> delivery.next(now=0).message["context"]["condition"]
        'RetryAttemptsExhausted'
    """

    def __init__(
        self,
        pipe: PipeSettings,
        address: ShardAddress,
        backoff: Backoff = _DEFAULT_BACKOFF,
        context: PipeContext | None = None,
        decided: str = "",
        *,
        payload_bytes: int = LAMBDA_PAYLOAD_BYTES,
    ) -> None:
        self._pipe = pipe
        self._context = context
        self._address = address
        self._backoff = backoff
        self._max_age = maximum_age(pipe)
        self._waiting = Batcher(pipe, payload_bytes)
        # Batches that were begun, the next one last; all of them come before what waits.
        self._work: list[Batch] = []
        self._in_flight: Enrich | Invoke | DeadLetter | None = None
        # What the target gets next: the enrichment has answered for the next batch.
        self._enriched: Invoke | None = None
        self._failures = 0
        self._not_before = 0.0
        self._seen = ""
        self._decided = decided

    @property
    def pending(self) -> int:
        """
        How many records that passed the filter are undecided.
        """
        return len(self._waiting) + sum(len(batch) for batch in self._work)

    @property
    def undecided(self) -> tuple[Record, ...]:
        """
        The records that passed the filter and are undecided, in stream order, those in flight included.
        """
        begun = [record for batch in reversed(self._work) for record in batch.records]
        return (*begun, *self._waiting.records)

    @property
    def elements(self) -> int:
        """
        How many events the enrichment answered that are to be sent next, 0 where it answered none.
        """
        return 0 if self._enriched is None else len(self._enriched.elements)

    @property
    def decided(self) -> str:
        """
        The sequence number up to which everything is decided, empty where nothing is.
        """
        return self._decided if self.pending else max(self._decided, self._seen, key=place)

    def passed(self, number: str) -> None:
        """
        Note that what lies up to this sequence number was offered, here or to another lane.
        """
        self._seen = max(self._seen, number, key=place)

    def offer(self, records: Iterable[Record], now: float) -> tuple[Filtered, ...]:
        """
        Take records that were read, in stream order, and tell which of them the filters refuse.

        Args:
            records: The records.
            now: Seconds since 1970.
        """
        refused = []
        context = self._context_at(now)
        for record in records:
            if self._pipe.passes(record):
                self._decided = self.decided
                self._waiting.add(record, now, context)
            else:
                refused.append(Filtered(record, self._pipe.filters))
            self._seen = sequence_number(record)
        return tuple(refused)

    def next(self, now: float) -> Enrich | Invoke | DeadLetter | Wait | None:
        """
        Say what to do now; None while something is in flight, or when there is nothing to do until more is offered.

        Args:
            now: Seconds since 1970.
        """
        if self._in_flight is not None:
            return None
        if self._enriched is not None:
            self._in_flight, self._enriched = self._enriched, None
            return self._in_flight
        if not self._work:
            ready = self._waiting.ready_at()
            if ready is None:
                return None
            if now < ready:
                return Wait(ready)
            self._work.append(self._waiting.take())
        batch = self._aged(now)
        if now < self._not_before:
            return Wait(min(self._not_before, self._gives_up_at(batch)))
        if batch.condition is None:
            first = Invoke if self._pipe.enrichment is None else Enrich
            self._in_flight = first(batch, batch.payload, batch.sent + 1)
        else:
            message = dead_letter_message(batch, batch.condition, self._address, now)
            self._in_flight = DeadLetter(batch, batch.condition, batch.reason, message)
        return self._in_flight

    def enriched(self, result: InvokeResult, now: float) -> tuple[Delivered | Failed, ...]:
        """
        Take the outcome of the `Enrich` in flight and tell what it means; nothing where the target is next.

        Args:
            result: The outcome.
            now: Seconds since 1970.

        Raises:
            RuntimeError: No `Enrich` is in flight.
        """
        flight = self._landed(Enrich, "enriched")
        batch = flight.batch
        elements, fault = read_answer(result, self._pipe, self._context_at(batch.entries[0].arrived))
        if elements:
            payload = payload_of([element.text for element in elements])
            self._enriched = Invoke(batch, payload, flight.attempt, elements)
            return ()
        self._work.pop()
        if fault:
            verdict = Verdict(0, fault)
            return self._fail(replace(batch, sent=flight.attempt), verdict, now, counts=result.status.counts)
        return self._succeed(batch, skipped=True)

    def answered(self, result: InvokeResult, now: float) -> tuple[Delivered | Failed, ...]:
        """
        Take the outcome of the `Invoke` in flight and tell what it means.

        Args:
            result: The outcome.
            now: Seconds since 1970.

        Raises:
            RuntimeError: No `Invoke` is in flight.
        """
        flight = self._landed(Invoke, "answered")
        self._work.pop()
        batch = replace(flight.batch, sent=flight.attempt)
        verdict = judge(result, batch.event_ids)
        if verdict.first_failed is None:
            return self._succeed(batch)
        return self._fail(batch, verdict, now, counts=result.status.counts)

    def discarded(self, error: str | None, now: float) -> None:
        """
        Take the outcome of the `DeadLetter` in flight.

        Args:
            error: None when the message was sent, or there is nowhere to send it; else what went wrong, and it is sent
                again after a wait.
            now: Seconds since 1970.

        Raises:
            RuntimeError: No `DeadLetter` is in flight.
        """
        self._landed(DeadLetter, "discarded")
        if error is None:
            self._decide(self._work.pop())
            return
        self._failures += 1
        self._not_before = now + self._backoff.delay(self._failures)

    def _landed(self, kind: type[_Asked], method: str) -> _Asked:
        flight = self._in_flight
        if not isinstance(flight, kind):
            article = "an" if kind.__name__[0] in "EI" else "a"
            raise RuntimeError(f"{method}() without {article} {kind.__name__} in flight; call next() first")  # noqa: TRY004 - the call is wrong, not a type
        self._in_flight = None
        return flight

    def _succeed(self, batch: Batch, *, skipped: bool = False) -> tuple[Delivered]:
        self._failures = 0
        self._decide(batch)
        return (Delivered(batch, skipped),)

    def _fail(self, batch: Batch, verdict: Verdict, now: float, *, counts: bool) -> tuple[Delivered | Failed, ...]:
        done, rest = batch.split(verdict.first_failed or 0)
        rest = replace(rest, reason=verdict.reason)
        self._failures = 1 if done.entries else self._failures + 1
        follows = follow_up(rest, self._pipe, partial=bool(done.entries), counts=counts)
        self._work.extend(reversed(follows.parts))
        self._not_before = now if follows.given_up else now + self._backoff.delay(self._failures)
        self._decide(done)
        failed = Failed(rest, verdict.reason, follows.next_step, None if follows.given_up else self._not_before)
        return (Delivered(done), failed) if done.entries else (failed,)

    def _context_at(self, time: float) -> PipeContext | None:
        return None if self._context is None else replace(self._context, ingestion_time=timestamp(time))

    def _decide(self, batch: Batch) -> None:
        if batch.entries:
            self._decided = sequence_number(batch.records[-1])

    def _aged(self, now: float) -> Batch:
        batch = self._work[-1]
        if batch.condition is None:
            self._work[-1:] = reversed(part_by_age(batch, self._max_age, now))
            if self._work[-1].condition is not None:
                self._not_before = now
        return self._work[-1]

    def _gives_up_at(self, batch: Batch) -> float:
        # A wait for the target ends early for a record that gets too old; one for the dead-letter target does not.
        return float("inf") if batch.condition else expires_at(batch.records[0], self._max_age)
