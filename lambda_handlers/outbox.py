"""
Sending messages to one place: in batches, several at a time, without breaking the order of what is FIFO.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from clients import SERVICE_ERRORS
from failures import RecordError, RefusedError
from messages import group_of
from records import answer, distinct, read_records
from workers import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from logs import Log
    from messages import Message
    from records import Record

    # What the service says of one message: the id that it has now, or None, and a code and words why it was not taken.
    Receipt = tuple[str | None, str, str]

    class Channel(Protocol):
        """
        Where an outbox sends to. For the type checker alone: to make a protocol takes time that a start has not.
        """

        @property
        def arn(self) -> str:
            """
            The ARN of the topic, queue or bus.
            """

        @property
        def fifo(self) -> bool:
            """
            Whether it keeps order.
            """

        @property
        def message_bytes(self) -> int:
            """
            The most bytes of a message.
            """

        @property
        def request_bytes(self) -> int:
            """
            The most bytes of all messages in one request.
            """

        @property
        def noun(self) -> str:
            """
            What it is, for the log.
            """

        @property
        def done(self) -> str:
            """
            What has been done with a message, for the log.
            """

        @property
        def service(self) -> str:
            """
            Who answers, for the log.
            """

        def send(self, messages: Sequence[Message]) -> list[Receipt]:
            """
            Send up to ten messages, and give a receipt for each of them.
            """


NO_ANSWER: Final[Receipt] = (None, "no answer", "")
_ENTRIES_MAX: Final = 10  # PublishBatch, SendMessageBatch and PutEvents alike (API models)


class Outbox:
    """
    The messages for one channel.

    Where it is FIFO, a message is sent only after all earlier ones of its item were: never two of one item at the same
    time, and none after one that failed.

    Args:
        channel: Where to send.
        log: Where to write.
    """

    def __init__(self, channel: Channel, log: Log) -> None:
        self._channel: Final = channel
        self._log: Final = log
        self._named: Final = {channel.noun: channel.arn}
        self._waiting: Final[list[Message]] = []
        self._failed: Final[list[Record]] = []
        self._broken: Final[set[str]] = set()

    def add(self, message: Message) -> None:
        """
        Take a message, to be sent by `close`.
        """
        limit = self._channel.message_bytes
        if self._is_held_back(message):
            self._hold_back(message)
        elif message.size > limit:
            self.fail(message.record, RecordError(f"the message has {message.size} bytes, the limit is {limit}"))
        else:
            self._waiting.append(message)

    def fail(self, record: Record, error: Exception) -> None:
        """
        Note that a record is not sent.
        """
        self._log.failure(f"not {self._channel.done}", record, error, **self._named)
        self._failed.append(record)
        if self._channel.fifo:
            self._broken.add(group_of(record))

    def close(self) -> list[Record]:
        """
        Send what waits, and give the records that were not sent.
        """
        # What waits of an item came before what failed of it until now.
        self._broken.clear()
        for messages in _rounds(self._waiting) if self._channel.fifo else [self._waiting]:
            ready = []
            for message in messages:
                if self._is_held_back(message):
                    self._hold_back(message)
                else:
                    ready.append(message)
            batches = [*_batches(ready, self._channel.request_bytes)]
            for batch, receipts in zip(batches, together(self._send, batches), strict=True):
                self._note(batch, receipts)
        return self._failed

    def _is_held_back(self, message: Message) -> bool:
        return bool(self._broken) and message.group in self._broken

    def _hold_back(self, message: Message) -> None:
        self.fail(message.record, RecordError("held back: an earlier record of the same item failed"))

    def _send(self, batch: list[Message]) -> list[Receipt] | Exception:
        # Runs in a thread of its own, and so only sends.
        try:
            return self._channel.send(batch)
        except SERVICE_ERRORS as error:
            failure: Exception = error
            return failure

    def _note(self, batch: list[Message], receipts: list[Receipt] | Exception) -> None:
        if isinstance(receipts, Exception):
            for message in batch:
                self.fail(message.record, receipts)
            return
        done, service = self._channel.done, self._channel.service
        for message, (identifier, code, words) in zip(batch, receipts, strict=True):
            if identifier:
                found = {"eventID": message.record.event_id, "messageID": identifier}
                self._log.debug(done, **self._named, **found)
            else:
                self.fail(message.record, RefusedError(f"{service} did not take it: {code}", words))


def send_all(
    event: Any, channels: Iterable[Channel], log: Log, message_of: Callable[[Record], Message]
) -> dict[str, list[dict[str, str]]]:
    """
    Send every record through every channel; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was sent.
        WholeBatchError: When a record without an eventID failed; the others were sent.
    """
    records = read_records(event)
    outboxes = [Outbox(channel, log) for channel in channels]
    for record in distinct(records):
        try:
            message = message_of(record)
        except RecordError as error:
            for outbox in outboxes:
                outbox.fail(record, error)
        else:
            for outbox in outboxes:
                outbox.add(message)
    places = {record.place for outbox in outboxes for record in outbox.close()}
    log.info("batch done", records=len(records), failed=len(places))
    return answer(record for record in records if record.place in places)


def receipts_of(answered: dict[str, Any], count: int) -> list[Receipt]:
    """
    Read the answer to a batch request to SNS or SQS whose entries are called `0`, `1` and so on.

    Example:
        >>> answered = {"Successful": [{"Id": "1", "MessageId": "m"}], "Failed": [{"Id": "0", "Code": "Refused"}]}
        >>> receipts_of(answered, 3)
        [(None, 'Refused', ''), ('m', '', ''), (None, 'no answer', '')]
    """
    found: dict[str, Receipt] = {entry["Id"]: (entry["MessageId"], "", "") for entry in answered.get("Successful", [])}
    found |= {entry["Id"]: (None, entry["Code"], entry.get("Message", "")) for entry in answered.get("Failed", [])}
    return [found.get(str(number), NO_ANSWER) for number in range(count)]


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
