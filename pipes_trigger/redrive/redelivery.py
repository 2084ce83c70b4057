"""
One message's records on their way back to the target, as a state machine without I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.delivery import Backoff, DeadLetter, Delivered, Enrich, Invoke, ShardAddress, ShardDelivery, Wait
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES
from pipes_trigger.quick_dataclasses import replace
from pipes_trigger.templates import PipeContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.delivery import Failed, InvokeResult, Record
    from pipes_trigger.redrive.message import GivenUp
    from pipes_trigger.spec import PipeSpec

_AT_ONCE: Final = Backoff(first=0.0)


class Redelivery:
    """
    Filters, batches, renders and judges answers with the pipe's own machine, without its retries.

    What fails now stays in the queue. With `bisect` a failed batch is still halved, so that one poison record does not
    keep the others back.

    Its clock stands still at the arrival of the last record, so nothing is too old that the stream still has, and
    `<aws.pipes.event.ingestion-time>` is the same in every run. That is close to what the pipe wrote, not equal.

    Args:
        pipe: The pipe.
        given_up: The message.
        target_arn: The target.
        enrichment_arn: The enrichment, or None.
        payload_bytes: The most that the enrichment, or the target where there is none, takes at once.

    Attributes:
        delivered: How many records the target took, or the enrichment answered nothing for.
        failed: How many records it did not.
        filtered: How many records the pipe's filters refuse.
        reason: What went wrong first; empty where nothing did.
        stopped: Why it makes no sense to go on: the target is throttled or out of reach. Empty where it does.

    Example:
        >>> from pipes_trigger.delivery import InvokeResult, InvokeStatus
        >>> from pipes_trigger.redrive import GivenUp
        >>> from pipes_trigger.spec import PipeSpec
        >>> pipe = PipeSpec(logical_id="Pipe", name="orders", source="stream", target="function", batch_size=10)
        >>> given_up = GivenUp(
        ...     pipe_arn="arn:pipe", stream_arn="arn:stream", shard_id="shardId-1", first="1", last="2",
        ...     batch_size=2, condition="RetryAttemptsExhausted", arrived=0.0)
        >>> way = Redelivery(pipe, given_up, "function")
        >>> way.offer([{"eventID": "e-1"}, {"eventID": "e-2"}])
        >>> way.next().payload
        '[{"eventID":"e-1"},{"eventID":"e-2"}]'
        >>> way.answered(InvokeResult(InvokeStatus.ANSWERED))
        >>> way.delivered, way.next()
        (2, None)
    """

    def __init__(
        self,
        pipe: PipeSpec,
        given_up: GivenUp,
        target_arn: str,
        enrichment_arn: str | None = None,
        payload_bytes: int = LAMBDA_PAYLOAD_BYTES,
    ) -> None:
        settings = replace(pipe, batching_window=0, maximum_retry_attempts=0, maximum_record_age=-1)
        address = ShardAddress(pipe_arn=given_up.pipe_arn, stream_arn=given_up.stream_arn, shard_id=given_up.shard_id)
        context = PipeContext(
            pipe_arn=given_up.pipe_arn,
            pipe_name=given_up.pipe_name,
            source_arn=given_up.stream_arn,
            enrichment_arn=enrichment_arn,
            target_arn=target_arn,
        )
        self._delivery = ShardDelivery(settings, address, _AT_ONCE, context, payload_bytes=payload_bytes)
        self._now = given_up.arrived
        self.delivered = 0
        self.failed = 0
        self.filtered = 0
        self.reason = ""
        self.stopped = ""

    def offer(self, records: Iterable[Record]) -> None:
        """
        Take records of the range, in stream order.
        """
        self.filtered += len(self._delivery.offer(records, self._now))

    def next(self) -> Enrich | Invoke | None:
        """
        Say what to send now; None when everything that was offered is decided.
        """
        while not self.stopped:
            action = self._delivery.next(self._now)
            if isinstance(action, DeadLetter):
                self.failed += len(action.batch)
                self.reason = self.reason or action.reason
                self._delivery.discarded(None, self._now)
            elif isinstance(action, Wait):
                self._now = action.until
            else:
                return action
        return None

    def enriched(self, result: InvokeResult) -> None:
        """
        Take the outcome of the `Enrich` that `next` said to send.
        """
        self._note(self._delivery.enriched(result, self._now), result)

    def answered(self, result: InvokeResult) -> None:
        """
        Take the outcome of the `Invoke` that `next` said to send.
        """
        self._note(self._delivery.answered(result, self._now), result)

    def _note(self, notes: Iterable[Delivered | Failed], result: InvokeResult) -> None:
        for note in notes:
            if isinstance(note, Delivered):
                self.delivered += len(note.batch)
            elif not result.status.counts:
                self.stopped = note.reason
