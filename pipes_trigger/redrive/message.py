"""
The message that a pipe leaves for records that it gave up, read back.

The shape was read in messages of Pipes that people published; AWS documents none.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.errors import Violation, ViolationsError
from pipes_trigger.helpers.arns import Arn, table_of_stream
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

_SEQUENCE_NUMBER: Final = re.compile(r"[0-9]{1,40}")  # DynamoDB Streams API (doc): 21 to 40 digits
_SHARD_ID_LENGTH: Final = 65  # DynamoDB Streams API (doc)
_PIPE: Final = "pipe/"
_SHOWN: Final = 60


class DeadLetterMessageError(ViolationsError, ValueError):
    """
    A message that no pipe with a DynamoDB stream has left.

    Example:
        >>> GivenUp.parse("hello")
        Traceback (most recent call last):
        pipes_trigger.redrive.message.DeadLetterMessageError: [RD001] body: must be a JSON object, got 'hello'; ...
    """

    subject = "dead-letter message"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """
    Where in a stream lie the records that a pipe gave up.

    Attributes:
        pipe_arn: The pipe.
        stream_arn: The stream.
        shard_id: The shard.
        first: The sequence number of the first record.
        last: The sequence number of the last record, at least `first`.
        batch_size: How many records the pipe gave up together. The range may hold more: those that its filter refused,
            and with a parallelization factor those of other items.
        condition: Why, in the pipe's words.
        arrived: When the last record came, in seconds since 1970.

    Example:
        >>> place = "eu-west-1:111122223333"
        >>> stream = f"arn:aws:dynamodb:{place}:table/orders/stream/2026-01-01T00:00:00.000"
        >>> given_up = GivenUp.parse(json.dumps({
        ...     "context": {"partnerResourceArn": f"arn:aws:pipes:{place}:pipe/orders",
        ...                 "condition": "RetryAttemptsExhausted"},
        ...     "DDBStreamBatchInfo": {
        ...         "streamArn": stream, "shardId": "shardId-1", "batchSize": 2,
        ...         "startSequenceNumber": "100", "endSequenceNumber": "102",
        ...         "approximateArrivalOfLastRecord": "2026-01-01T00:00:00Z"}}))
        >>> str(given_up), given_up.holds("101"), given_up.holds("103")
        ('orders shardId-1 100..102', True, False)
    """

    pipe_arn: str
    stream_arn: str
    shard_id: str
    first: str
    last: str
    batch_size: int
    condition: str
    arrived: float

    @property
    def pipe_name(self) -> str:
        """
        The pipe's name.
        """
        return self.pipe_arn.partition(f":{_PIPE}")[2]

    def __str__(self) -> str:
        numbers = self.first if self.first == self.last else f"{self.first}..{self.last}"
        return f"{self.pipe_name} {self.shard_id} {numbers}"

    def holds(self, sequence_number: str) -> bool:
        """
        Say whether a sequence number lies in the range.
        """
        return int(self.first) <= int(sequence_number) <= int(self.last)

    @classmethod
    def parse(cls, body: str) -> Self:
        """
        Read a message's body, or the notification that an SNS topic wrapped it in.

        Raises:
            DeadLetterMessageError: It is no message of a pipe; every fault at once.
        """
        return cls(**_Reader(_unwrap(_object(body))).fields())


def _object(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    fix = "keep other messages out of the queue"
    raise DeadLetterMessageError([Violation("RD001", "body", f"must be a JSON object, got {_short(body)}", fix)])


def _unwrap(value: dict[str, Any]) -> dict[str, Any]:
    inner = value.get("Message")
    return _object(inner) if value.get("Type") == "Notification" and isinstance(inner, str) else value


class _Reader:
    """
    Reads the fields of a message and collects what is wrong with them.
    """

    def __init__(self, message: dict[str, Any]) -> None:
        self._message = message
        self._faults: list[Violation] = []

    def fields(self) -> dict[str, Any]:
        """
        Give the arguments of a `GivenUp`.

        Raises:
            DeadLetterMessageError: Something is missing or malformed.
        """
        found: dict[str, Any] = {
            "pipe_arn": self._text("context.partnerResourceArn", _is_pipe, "the ARN of a pipe"),
            "condition": self._text("context.condition", bool, "text"),
            "stream_arn": self._text("DDBStreamBatchInfo.streamArn", _is_stream, "the ARN of a DynamoDB stream"),
            "shard_id": self._text("DDBStreamBatchInfo.shardId", _is_shard_id, "a shard's id"),
            "first": self._text("DDBStreamBatchInfo.startSequenceNumber", _is_sequence_number, "a number as text"),
            "last": self._text("DDBStreamBatchInfo.endSequenceNumber", _is_sequence_number, "a number as text"),
            "arrived": self._text("DDBStreamBatchInfo.approximateArrivalOfLastRecord", _is_time, "an ISO 8601 time"),
            "batch_size": self._batch_size(),
        }
        if not self._faults and int(found["first"]) > int(found["last"]):
            problem = f"lies before startSequenceNumber {found['first']}, got {found['last']}"
            self._fault("DDBStreamBatchInfo.endSequenceNumber", problem)
        if self._faults:
            raise DeadLetterMessageError(self._faults)
        return {**found, "arrived": datetime.fromisoformat(found["arrived"]).timestamp()}

    def _text(self, path: str, is_right: Callable[[str], object], wanted: str) -> str:
        value = self._at(path)
        if isinstance(value, str) and is_right(value):
            return value
        self._fault(path, f"must be {wanted}, got {_short(value)}")
        return ""

    def _batch_size(self) -> int:
        path = "DDBStreamBatchInfo.batchSize"
        value = self._at(path)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self._fault(path, f"must be a number from 1, got {_short(value)}")
        return 0

    def _at(self, path: str) -> Any:
        value: Any = self._message
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def _fault(self, path: str, problem: str) -> None:
        self._faults.append(Violation("RD002", path, problem, "keep other messages out of the queue"))


def _is_pipe(text: str) -> bool:
    arn = Arn.try_parse(text)
    return arn is not None and arn.service == "pipes" and arn.resource.startswith(_PIPE)


def _is_stream(text: str) -> bool:
    arn = Arn.try_parse(text)
    return arn is not None and table_of_stream(arn) is not None


def _is_shard_id(text: str) -> bool:
    return 0 < len(text) <= _SHARD_ID_LENGTH


def _is_sequence_number(text: str) -> bool:
    return _SEQUENCE_NUMBER.fullmatch(text) is not None


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
