"""
Publishing messages to one topic: in batches, several at a time, without breaking the order of a FIFO topic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clients import SERVICE_ERRORS
from failures import RecordError
from messages import group_of
from workers import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from logs import Log
    from messages import Message
    from records import Record

_ENTRIES_MAX: Final = 10  # the SNS API: entries of one PublishBatch request


class Topic(NamedTuple):
    """
    A topic to publish to.
    """

    arn: str
    region: str

    @property
    def fifo(self) -> bool:
        """
        Whether it keeps order; SNS wants the name of such a topic to say so.
        """
        return self.arn.endswith(".fifo")


class Outbox:
    """
    The messages for one topic.

    On a FIFO topic a message is sent only after all earlier ones of its item were: never two of one item at the same
    time, and none after one that failed.

    Args:
        topic: Where to publish.
        sns: The boto3 client of the topic's region.
        limit: The most bytes of a message, and of all messages in one request.
        log: Where to write.
    """

    def __init__(self, topic: Topic, sns: Any, limit: int, log: Log) -> None:
        self._topic: Final = topic
        self._sns: Final = sns
        self._limit: Final = limit
        self._log: Final = log
        self._waiting: Final[list[Message]] = []
        self._failed: Final[list[Record]] = []
        self._broken: Final[set[str]] = set()

    def add(self, message: Message) -> None:
        """
        Take a message, to be sent by `close`.
        """
        if self._is_held_back(message):
            self._hold_back(message)
        elif message.size > self._limit:
            self.fail(message.record, RecordError(f"the message has {message.size} bytes, the limit is {self._limit}"))
        else:
            self._waiting.append(message)

    def fail(self, record: Record, error: Exception) -> None:
        """
        Note that a record is not published.
        """
        self._log.failure("not published", record, error, topic=self._topic.arn)
        self._failed.append(record)
        if self._topic.fifo:
            self._broken.add(group_of(record))

    def close(self) -> list[Record]:
        """
        Send what waits, and give the records that were not published.
        """
        # What waits of an item came before what failed of it until now.
        self._broken.clear()
        for messages in _rounds(self._waiting) if self._topic.fifo else [self._waiting]:
            ready = []
            for message in messages:
                if self._is_held_back(message):
                    self._hold_back(message)
                else:
                    ready.append(message)
            batches = [*_batches(ready, self._limit)]
            for batch, answer in zip(batches, together(self._send, batches), strict=True):
                self._note(batch, answer)
        return self._failed

    def _is_held_back(self, message: Message) -> bool:
        return bool(self._broken) and message.group in self._broken

    def _hold_back(self, message: Message) -> None:
        self.fail(message.record, RecordError("held back: an earlier record of the same item failed"))

    def _send(self, batch: list[Message]) -> dict[str, Any] | Exception:
        # Runs in a thread of its own, and so only sends.
        entries = [message.entry(str(number), fifo=self._topic.fifo) for number, message in enumerate(batch)]
        try:
            answer: dict[str, Any] = self._sns.publish_batch(
                TopicArn=self._topic.arn, PublishBatchRequestEntries=entries
            )
        except SERVICE_ERRORS as error:
            failure: Exception = error
            return failure
        return answer

    def _note(self, batch: list[Message], answer: dict[str, Any] | Exception) -> None:
        if isinstance(answer, Exception):
            for message in batch:
                self.fail(message.record, answer)
            return
        published = {entry["Id"]: entry["MessageId"] for entry in answer.get("Successful", [])}
        codes = {entry["Id"]: entry["Code"] for entry in answer.get("Failed", [])}
        for number, message in enumerate(batch):
            identifier = str(number)
            if identifier in published:
                found = {"eventID": message.record.event_id, "messageID": published[identifier]}
                self._log.debug("published", topic=self._topic.arn, **found)
            else:
                self.fail(message.record, RecordError(f"SNS did not take it: {codes.get(identifier, 'no answer')}"))


def _rounds(messages: Iterable[Message]) -> list[list[Message]]:
    """
    Give the first message of each item, then the second of each, and so on.
    """
    rounds: list[list[Message]] = []
    seen: dict[str, int] = {}
    for message in messages:
        number = seen.get(message.group, 0)
        seen[message.group] = number + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(message)
    return rounds


def _batches(messages: Iterable[Message], limit: int) -> Iterator[list[Message]]:
    """
    Give the messages in requests of at most ten and `limit` bytes.
    """
    batch: list[Message] = []
    size = 0
    for message in messages:
        if batch and (len(batch) == _ENTRIES_MAX or size + message.size > limit):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += message.size
    if batch:
        yield batch
