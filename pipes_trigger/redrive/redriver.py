"""
Emptying a dead-letter queue: one message after the other, each deleted only after every record of it was delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from pipes_trigger.delivery import Enrich, InvokeResult, InvokeStatus
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.local.destinations import enrichment_of, kind_of, payload_bytes, target_of
from pipes_trigger.redrive.errors import RedriveError
from pipes_trigger.redrive.message import DeadLetterMessageError, GivenUp
from pipes_trigger.redrive.outcome import Fate, Outcome
from pipes_trigger.redrive.queue import MessageQueue, queue_url
from pipes_trigger.redrive.redelivery import Redelivery
from pipes_trigger.redrive.stream import StreamDeniedError, StreamRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipes_trigger.delivery import Invoke
    from pipes_trigger.redrive.queue import Message
    from pipes_trigger.spec import PipeSpec

_TAKEN: Final = InvokeResult(InvokeStatus.ANSWERED)
_NOTHING_PASSES: Final = "the pipe's filters refuse every record of it now"


class Redriver:
    """
    Brings back what one pipe gave up.

    Safe to run twice, and beside the pipe: a message that is being worked on is hidden from other runs, and each record
    keeps its eventID, by which whoever gets it knows that it had it before.

    Args:
        pipe: The pipe, as read back from its template.
        pipe_name: The pipe's name; messages of other pipes are kept.
        queue: The dead-letter queue, its URL or its ARN.
        target_arn: The pipe's target.
        clients: Gives the boto3 client of a service by its name. Those of Lambda and Step Functions do not retry by
            themselves.
        enrichment_arn: The pipe's enrichment, None where it has none.
        dry_run: Reads, filters and renders; invokes nothing and deletes nothing.

    Raises:
        ConfigurationError: A target or an enrichment that a pipe does not deliver to here, or an enrichment that is not
            given; every fault at once.
        RedriveError: There is no such queue, or SQS cannot be asked.

    Example:
        ```python
        redriver = Redriver(pipe, pipe_name="orders", queue=url, target_arn=arn, clients=clients())
        for outcome in redriver.run():
            print(outcome)
        ```
    """

    def __init__(
        self,
        pipe: PipeSpec,
        *,
        pipe_name: str,
        queue: str,
        target_arn: str,
        clients: Callable[[str], Any],
        enrichment_arn: str | None = None,
        dry_run: bool = False,
    ) -> None:
        _check(pipe, target_arn, enrichment_arn)
        self._pipe = pipe
        self._pipe_name = pipe_name
        self._target_arn = target_arn
        self._enrichment_arn = enrichment_arn
        sqs = clients("sqs")
        self._queue = MessageQueue(sqs, queue_url(sqs, queue))
        self._streams = clients("dynamodbstreams")
        self._target = target_of(target_arn, clients, pipe.target_parameters, pipe_name)
        self._enrichment = None if enrichment_arn is None else enrichment_of(enrichment_arn, clients)
        self._dry_run = dry_run
        self._stopped = ""

    def run(self, most: int | None = None, may_go_on: Callable[[], bool] = lambda: True) -> Iterator[Outcome]:
        """
        Work on every message that is in the queue now, and give what became of each.

        Messages that stay are back in the queue when the iterator ends or is closed.

        Args:
            most: The most messages to work on; None for all.
            may_go_on: Asked before each message.

        Raises:
            RedriveError: AWS cannot be reached, refuses a request, or the target takes nothing at the moment.
        """
        kept: dict[str, Message] = {}
        seen = 0
        try:
            while (most is None or seen < most) and not self._stopped and may_go_on():
                message = self._queue.receive()
                if message is None:
                    break
                again = message.id in kept  # a long run outlives a lease
                kept[message.id] = message
                if again:
                    continue
                seen += 1
                outcome = self._outcome(message)
                if outcome.fate is Fate.REDRIVEN:
                    self._queue.delete(kept.pop(message.id))
                yield outcome
        except (ClientError, BotoCoreError) as error:
            raise RedriveError(f"the redrive of {self._pipe_name} ended: {error}") from error
        finally:
            for message in kept.values():
                self._queue.release(message)
        if self._stopped:
            raise RedriveError(f"the redrive of {self._pipe_name} ended: {self._stopped}; run it again later")

    def _outcome(self, message: Message) -> Outcome:
        try:
            given_up = GivenUp.parse(message.body)
        except DeadLetterMessageError as error:
            return Outcome(fate=Fate.KEPT, message_id=message.id, reason=str(error))
        if given_up.pipe_name != self._pipe_name:
            reason = f"it was left by the pipe {given_up.pipe_name!r}"
            return Outcome(fate=Fate.KEPT, message_id=message.id, given_up=given_up, reason=reason)
        try:
            return self._bring_back(message, given_up)
        except StreamDeniedError as error:
            # Such as the stream of a table that was replaced: it must not keep other messages from coming back.
            return Outcome(fate=Fate.KEPT, message_id=message.id, given_up=given_up, reason=str(error))

    def _bring_back(self, message: Message, given_up: GivenUp) -> Outcome:
        records = StreamRange(self._streams, given_up)
        most = payload_bytes(self._enrichment_arn or self._target_arn)
        way = Redelivery(self._pipe, given_up, self._target_arn, self._enrichment_arn, most)
        for page in records.pages():
            way.offer(page)
            while (action := way.next()) is not None:
                self._send(message, way, action)
            if way.stopped:
                break
        self._stopped = way.stopped
        fate, reason = self._fate(way, records.missing)
        return Outcome(
            fate=fate,
            message_id=message.id,
            given_up=given_up,
            delivered=way.delivered,
            failed=way.failed,
            filtered=way.filtered,
            reason=reason,
        )

    def _send(self, message: Message, way: Redelivery, action: Enrich | Invoke) -> None:
        if not self._dry_run:
            self._queue.renew(message)
        if not isinstance(action, Enrich):
            way.answered(_TAKEN if self._dry_run else self._target.take(action))
        elif self._dry_run or self._enrichment is None:
            # What the enrichment would answer is not known: nothing reaches the target, all of it is counted.
            way.enriched(_TAKEN)
        else:
            way.enriched(self._enrichment.invoke(action.payload))

    def _fate(self, way: Redelivery, missing: str) -> tuple[Fate, str]:
        if way.stopped or way.failed:
            return Fate.FAILED, "; ".join(filter(None, (way.stopped or way.reason, missing)))
        if missing:
            return Fate.EXPIRED, missing
        if not way.delivered:
            return Fate.KEPT, _NOTHING_PASSES
        return (Fate.WOULD_REDRIVE if self._dry_run else Fate.REDRIVEN), ""


def _check(pipe: PipeSpec, target_arn: str, enrichment_arn: str | None) -> None:
    faults = []
    if pipe.enrichment is not None and enrichment_arn is None:
        problem = "has an enrichment, and its ARN is not given"
        faults.append(Violation("RD003", pipe.logical_id, problem, "pass it as the enrichment"))
    if pipe.enrichment is None and enrichment_arn is not None:
        problem = f"has no enrichment, got {enrichment_arn!r}"
        faults.append(Violation("RD003", pipe.logical_id, problem, "leave the enrichment out"))
    enrichment = None if enrichment_arn is None else kind_of(enrichment_arn)
    if enrichment_arn is not None and (enrichment is None or not enrichment.enriches):
        problem = f"must be a function or an Express state machine, got {enrichment_arn!r}"
        faults.append(Violation("RD009", "enrichment", problem, "pass the ARN of the pipe's enrichment"))
    if kind_of(target_arn) is None:
        problem = f"must be a function, a state machine, a queue, a standard topic or an event bus, got {target_arn!r}"
        faults.append(Violation("RD004", "target", problem, "pass the ARN of the pipe's target"))
    faults += [
        Violation("RD010", f"target_parameters.{name}", "is known only at deploy time", "write the value out")
        for name in pipe.target_parameters.unknown
    ]
    if faults:
        raise ConfigurationError(faults)
